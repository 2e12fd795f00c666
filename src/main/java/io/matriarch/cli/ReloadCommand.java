package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Member;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl reload: members read their configuration files again. */
@Command(name = "reload")
final class ReloadCommand extends CtlCommand {
    @Parameters(index = "0", arity = "1", paramLabel = "CLUSTER_NAME")
    private String cluster = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "MEMBER_NAMES")
    private List<String> names = List.of();

    @Option(
            names = {"-r", "--role"},
            paramLabel = "[leader|primary|standby-leader|replica|standby|any]",
            description = "Reload only members with this role")
    private RoleFilter role = RoleFilter.ANY;

    @Option(names = "--force", description = "Do not ask for confirmation at any point")
    private boolean force;

    @Override
    void run(CtlSession session) {
        ClusterView view = session.cluster(Optional.of(cluster)).read();
        MemberSelection selection = new MemberSelection(session, cluster, view, role, force, "reload");
        List<Member> members = selection.choose(names);
        selection.confirm(members);
        long seconds = Maintenance.loopWait(view).toSeconds();
        for (Member member : members) {
            Answered answer = Answers.require(session.ask(Method.POST, member, "reload", Optional.empty()), member);
            session.terminal()
                    .echo(
                            switch (answer.status()) {
                                case 200 -> "No changes to apply on member " + member.name();
                                case 202 ->
                                    "Reload request received for member " + member.name()
                                            + " and will be processed within " + seconds + " seconds";
                                default -> Answers.failure("reload", member, answer);
                            });
        }
    }
}
