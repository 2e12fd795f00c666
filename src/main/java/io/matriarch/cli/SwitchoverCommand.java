package io.matriarch.cli;

import io.matriarch.cli.HandOver.Kind;
import io.matriarch.cli.HandOver.Order;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl switchover: another member takes over from a healthy leader. */
@Command(name = "switchover")
final class SwitchoverCommand extends CtlCommand {
    @Parameters(arity = "0..1", paramLabel = "CLUSTER_NAME")
    private Optional<String> cluster = Optional.empty();

    @Option(
            names = {"--leader", "--primary"},
            paramLabel = "TEXT",
            description = "The name of the current leader")
    private Optional<String> leader = Optional.empty();

    @Option(names = "--candidate", paramLabel = "TEXT", description = "The name of the candidate")
    private Optional<String> candidate = Optional.empty();

    @Option(
            names = "--scheduled",
            paramLabel = "TEXT",
            description = "Timestamp of a scheduled switchover in unambiguous format (e.g. ISO 8601)")
    private Optional<String> scheduled = Optional.empty();

    @Option(names = "--force", description = "Do not ask for confirmation at any point")
    private boolean force;

    @Override
    void run(CtlSession session) {
        Order order = new Order(Kind.SWITCHOVER, leader, candidate, scheduled, force);
        new HandOver(session, session.cluster(cluster), order).run();
    }
}
