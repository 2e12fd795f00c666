package io.matriarch.cli;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.ServerAddress;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl dsn: host and port of a member, the leader if none is named. */
@Command(name = "dsn")
final class DsnCommand extends CtlCommand {
    @Parameters(arity = "0..1", paramLabel = "CLUSTER_NAME")
    private Optional<String> cluster = Optional.empty();

    @Option(
            names = {"-r", "--role"},
            paramLabel = "[leader|primary|standby-leader|replica|standby|any]",
            description = "Give a dsn of any member with this role")
    private Optional<RoleFilter> role = Optional.empty();

    @Option(
            names = {"-m", "--member"},
            paramLabel = "TEXT",
            description = "Generate a dsn for this member")
    private Optional<String> name = Optional.empty();

    @Override
    void run(CtlSession session) {
        if (role.isPresent() && name.isPresent()) {
            throw new CtlError("--role and --member are mutually exclusive options");
        }
        ClusterView view = session.cluster(cluster).read();
        RoleFilter wanted = role.orElse(name.isPresent() ? RoleFilter.ANY : RoleFilter.LEADER);
        ServerAddress address = wanted.members(view).stream()
                .filter(member -> name.isEmpty() || name.get().equals(member.name()))
                .findFirst()
                .flatMap(Member::connUrl)
                .flatMap(ServerAddress::of)
                .orElseThrow(() -> new CtlError("Can not find a suitable member"));
        session.terminal().echo("host=" + address.host() + " port=" + address.port());
    }
}
