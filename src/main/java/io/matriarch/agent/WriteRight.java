package io.matriarch.agent;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Until when PostgreSQL may accept writes. Where nothing is certain there is none, and what was said before counts on: a primary whose agent has just begun and doesn't
 * know its lease is stopped when the lease ends of which the former agent knew.
 */
public sealed interface WriteRight {
    /** It is a standby, or in maintenance mode, in which PostgreSQL is left alone and nobody else is promoted by itself. */
    record Unlimited() implements WriteRight {}

    /**
     * Until the leader lock runs out, or what failsafe mode has made of it.
     *
     * @param nanos of the ticker
     */
    record Until(long nanos) implements WriteRight {}

    /** What a look shows. Whatever runs under the leader lock and isn't surely a standby counts, a primary that is stopping or starting too. */
    static Optional<WriteRight> of(ServerStatus server, boolean paused, OptionalLong lease) {
        if (paused) {
            return Optional.of(new Unlimited());
        }
        boolean promoting = server.operation()
                .filter(running -> running.operation() instanceof Operation.Promote)
                .isPresent();
        boolean recovering = server.reading().filter(ServerReading::inRecovery).isPresent();
        if (server.postmasterAlive()
                && recovering
                && !promoting
                && !server.role().leads()) {
            return Optional.of(new Unlimited());
        }
        return server.postmasterAlive() ? until(lease) : Optional.empty();
    }

    /** What an operation that is about to begin will make of PostgreSQL. */
    static Optional<WriteRight> of(Operation operation, boolean paused, OptionalLong lease) {
        return switch (operation) {
            case Operation.Start start when start.as() == Operation.Start.As.REPLICA -> Optional.of(new Unlimited());
            case Operation.Start _, Operation.Promote _ -> paused ? Optional.of(new Unlimited()) : until(lease);
            case Operation.Bootstrap _, Operation.Clone _, Operation.Reinitialize _ -> Optional.of(new Unlimited());
            case Operation.DiscardFailedBootstrap _,
                    Operation.Stop _,
                    Operation.Restart _,
                    Operation.Follow _,
                    Operation.CrashRecovery _,
                    Operation.CheckDivergence _,
                    Operation.Rewind _,
                    Operation.CopyLogicalSlots _,
                    Operation.CheckpointAfterPromotion _ -> Optional.empty();
        };
    }

    private static Optional<WriteRight> until(OptionalLong lease) {
        return lease.isPresent() ? Optional.of(new Until(lease.getAsLong())) : Optional.empty();
    }
}
