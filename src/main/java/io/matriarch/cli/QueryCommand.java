package io.matriarch.cli;

import io.matriarch.cli.QueryRunner.Result;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.ServerAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl query: SQL on a member, the leader if none is named. Errors of SQL are rows, and exit with 0. */
@Command(name = "query")
final class QueryCommand extends CtlCommand {
    @Parameters(arity = "0..1", paramLabel = "CLUSTER_NAME")
    private Optional<String> cluster = Optional.empty();

    @Option(names = "--format", paramLabel = "TEXT", description = "Output format (pretty, tsv, json, yaml)")
    private OutputFormat format = OutputFormat.TSV;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILENAME",
            description = "Execute the SQL commands from this file")
    private Optional<String> file = Optional.empty();

    @Option(names = "--password", description = "force password prompt")
    private boolean password;

    @Option(
            names = {"-U", "--username"},
            paramLabel = "TEXT",
            description = "database user name")
    private Optional<String> user = Optional.empty();

    @Mixin
    private Watch watch = new Watch();

    @Option(
            names = {"-r", "--role"},
            paramLabel = "[leader|primary|standby-leader|replica|standby|any]",
            description = "The role of the query")
    private Optional<RoleFilter> role = Optional.empty();

    @Option(
            names = {"-m", "--member"},
            paramLabel = "TEXT",
            description = "Query a specific member")
    private Optional<String> member = Optional.empty();

    @Option(names = "--delimiter", paramLabel = "TEXT", description = "The column delimiter")
    private String delimiter = "\t";

    @Option(
            names = {"-c", "--command"},
            paramLabel = "TEXT",
            description = "The SQL commands to execute")
    private Optional<String> command = Optional.empty();

    @Option(
            names = {"-d", "--dbname"},
            paramLabel = "TEXT",
            description = "database name to connect to")
    private Optional<String> database = Optional.empty();

    @Override
    void run(CtlSession session) {
        String sql = sql();
        if (role.isPresent() && member.isPresent()) {
            throw new CtlError("--role and --member are mutually exclusive options");
        }
        Optional<String> secret =
                password ? Optional.of(session.terminal().promptHidden("Password")) : Optional.empty();
        ClusterView view = session.cluster(cluster).read();
        QueryLogin login = QueryLogin.of(session::variable, user, secret, database);
        watch.repeat(session, false, () -> {
            Result result = chosen(view)
                    .map(address -> new QueryRunner(address, login).run(sql, role))
                    .orElseGet(() -> new Result.NotConnected(reason()));
            print(session, result);
        });
    }

    private String sql() {
        if (file.isPresent() && command.isPresent()) {
            throw new CtlError("--file and --command are mutually exclusive options");
        }
        if (file.isPresent()) {
            try {
                return Files.readString(Path.of(file.get()));
            } catch (IOException e) {
                throw new CtlError(file.get() + " can't be read: " + e.getMessage());
            }
        }
        return command.orElseThrow(() -> new CtlError("You need to specify either --command or --file"));
    }

    private Optional<ServerAddress> chosen(ClusterView view) {
        RoleFilter wanted = role.orElse(member.isPresent() ? RoleFilter.ANY : RoleFilter.LEADER);
        return wanted.members(view).stream()
                .filter(candidate -> member.isEmpty() || member.get().equals(candidate.name()))
                .findFirst()
                .flatMap(Member::connUrl)
                .flatMap(ServerAddress::of);
    }

    private String reason() {
        return "No connection"
                + member.map(name -> " to member " + name)
                        .or(() -> role.map(wanted -> " to role " + wanted.text()))
                        .orElse("")
                + " is available";
    }

    private void print(CtlSession session, Result result) {
        Listing listing = switch (result) {
            case Result.Rows rows -> QueryRunner.listing(rows);
            case Result.NotConnected(String why) ->
                QueryRunner.message(session.timestampInSeconds(), why.isEmpty() ? reason() : why);
            case Result.Failed(String why) ->
                QueryRunner.message(session.timestampInSeconds(), "ERROR, SQLSTATE: " + why);
        };
        session.terminal().echo(format == OutputFormat.TSV ? listing.separated(delimiter) : listing.render(format));
    }
}
