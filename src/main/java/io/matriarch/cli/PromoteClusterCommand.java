package io.matriarch.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl promote-cluster: makes a standby cluster an ordinary one. */
@Command(name = "promote-cluster")
final class PromoteClusterCommand extends CtlCommand {
    @Parameters(arity = "0..1", paramLabel = "CLUSTER_NAME")
    private Optional<String> cluster = Optional.empty();

    @Option(names = "--force", description = "Do not ask for confirmation at any point")
    private boolean force;

    @Override
    void run(CtlSession session) {
        new ClusterRole(session, session.cluster(cluster), Optional.empty()).change(force);
    }
}
