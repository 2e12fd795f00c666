package io.matriarch.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl pause: no failover happens until resume. */
@Command(name = "pause")
final class PauseCommand extends CtlCommand {
    @Parameters(arity = "0..1", paramLabel = "CLUSTER_NAME")
    private Optional<String> cluster = Optional.empty();

    @Option(names = "--wait", description = "Wait until pause is applied on all nodes")
    private boolean patient;

    @Override
    void run(CtlSession session) {
        new Maintenance(session, session.cluster(cluster), true).apply(patient);
    }
}
