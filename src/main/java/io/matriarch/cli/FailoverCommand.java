package io.matriarch.cli;

import io.matriarch.cli.HandOver.Kind;
import io.matriarch.cli.HandOver.Order;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl failover: a named member takes over, also when there is no leader. */
@Command(name = "failover")
final class FailoverCommand extends CtlCommand {
    @Parameters(arity = "0..1", paramLabel = "CLUSTER_NAME")
    private Optional<String> cluster = Optional.empty();

    @Option(names = "--candidate", paramLabel = "TEXT", description = "The name of the candidate")
    private Optional<String> candidate = Optional.empty();

    @Option(names = "--force", description = "Do not ask for confirmation at any point")
    private boolean force;

    @Override
    void run(CtlSession session) {
        Order order = new Order(Kind.FAILOVER, Optional.empty(), candidate, Optional.empty(), force);
        new HandOver(session, session.cluster(cluster), order).run();
    }
}
