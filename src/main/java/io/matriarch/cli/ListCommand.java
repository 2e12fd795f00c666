package io.matriarch.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl list: the members, their roles and lags. */
@Command(name = "list")
final class ListCommand extends CtlCommand {
    @Parameters(arity = "0..*", paramLabel = "CLUSTER_NAMES")
    private List<String> clusters = List.of();

    @Option(
            names = {"-e", "--extended"},
            description = "Show some extra information")
    private boolean extended;

    @Option(
            names = {"-t", "--timestamp"},
            description = "Print timestamp")
    private boolean timestamp;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "[pretty|tsv|json|yaml|yml]",
            description = "Output format")
    private OutputFormat format = OutputFormat.PRETTY;

    @Mixin
    private Watch watch = new Watch();

    @Override
    void run(CtlSession session) {
        print(session, clusters, watch, timestamp, format, extended);
    }

    /** Prints the named clusters, or else the configured one. */
    static void print(
            CtlSession session,
            List<String> clusters,
            Watch watch,
            boolean timestamp,
            OutputFormat format,
            boolean extended) {
        List<String> names =
                clusters.isEmpty() ? session.configuration().scope().stream().toList() : clusters;
        if (names.isEmpty()) {
            session.warn("Listing members: No cluster names were provided");
            return;
        }
        watch.repeat(session, true, () -> {
            if (timestamp) {
                session.terminal().echo(session.timestampInSeconds());
            }
            for (String name : names) {
                OpenCluster cluster = session.cluster(Optional.of(name));
                session.terminal().echo(ClusterTable.render(cluster.read(), name, format, extended));
            }
        });
    }
}
