package io.matriarch.cli;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl resume: automatic failover again. */
@Command(name = "resume")
final class ResumeCommand extends CtlCommand {
    @Parameters(arity = "0..1", paramLabel = "CLUSTER_NAME")
    private Optional<String> cluster = Optional.empty();

    @Option(names = "--wait", description = "Wait until pause is cleared on all nodes")
    private boolean patient;

    @Override
    void run(CtlSession session) {
        new Maintenance(session, session.cluster(cluster), false).apply(patient);
    }
}
