package io.matriarch.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** patronictl topology: the members as a tree of who replicates from whom. */
@Command(name = "topology")
final class TopologyCommand extends CtlCommand {
    @Parameters(arity = "0..*", paramLabel = "CLUSTER_NAMES")
    private List<String> clusters = List.of();

    @Mixin
    private Watch watch = new Watch();

    @Override
    void run(CtlSession session) {
        ListCommand.print(session, clusters, watch, false, OutputFormat.TOPOLOGY, false);
    }
}
