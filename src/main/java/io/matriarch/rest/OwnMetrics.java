package io.matriarch.rest;

import io.matriarch.agent.AgentAccess;
import io.matriarch.agent.Commands;
import io.matriarch.agent.Snapshot;
import io.matriarch.cluster.RejoinStep;
import io.matriarch.time.Ticker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Matriarch's own metrics, which Patroni hasn't: matriarch_*. */
@Singleton
@SuppressWarnings("deprecation") // the registry that this Quarkus brings
final class OwnMetrics {
    private static final double NANOS_A_SECOND = 1e9;

    private final PrometheusMeterRegistry registry;
    private final AgentAccess agent;

    @Inject
    OwnMetrics(PrometheusMeterRegistry registry, AgentAccess agent) {
        this.registry = registry;
        this.agent = agent;
        gauge(
                "matriarch_lease_remaining_seconds",
                "How long the leader key is surely this node's; 0 without it.",
                snapshot -> snapshot.leaseUntil().stream()
                        .mapToDouble(
                                until -> Math.max(0, until - Ticker.system().nanos()) / NANOS_A_SECOND)
                        .findFirst()
                        .orElse(0));
        gauge(
                "matriarch_observation_age_seconds",
                "How long ago the agent last looked at PostgreSQL.",
                snapshot -> (Ticker.system().nanos() - snapshot.takenNanos()) / NANOS_A_SECOND);
        gauge(
                "matriarch_silence_seconds",
                "How long PostgreSQL has not answered although it runs and did before; 0 while it answers.",
                snapshot -> snapshot.silence().toNanos() / NANOS_A_SECOND);
        gauge(
                "matriarch_wal_stall_seconds",
                "For how long the primary's disk has taken no WAL although some waits; 0 while it does.",
                snapshot -> snapshot.stall().toNanos() / NANOS_A_SECOND);
        gauge(
                "matriarch_data_free_bytes",
                "Usable bytes of the data directory's file system; NaN if it doesn't say.",
                snapshot -> bytes(snapshot.dataFree()));
        gauge(
                "matriarch_wal_free_bytes",
                "Usable bytes of the WAL directory's file system; NaN if it doesn't say.",
                snapshot -> bytes(snapshot.walFree()));
        gauge(
                "matriarch_disk_full",
                "1 if there is no room for the next WAL: a primary hands over.",
                snapshot -> snapshot.diskFull() ? 1.0 : 0.0);
        gauge(
                "matriarch_operation_seconds",
                "How long the long action in progress has run; 0 without one.",
                snapshot -> snapshot.server()
                        .operation()
                        .map(running -> (Ticker.system().nanos() - running.sinceNanos()) / NANOS_A_SECOND)
                        .orElse(0.0));
        gauge(
                "matriarch_rejoin_step",
                "Where this node is on its way back into the cluster; 0 when it streams or leads. " + steps(),
                snapshot -> snapshot.rejoin()
                        .map(rejoin -> (double) rejoin.report().step().number())
                        .orElse(0.0));
        gauge(
                "matriarch_rejoin_step_seconds",
                "How long it has been at that step.",
                snapshot -> snapshot.rejoin()
                        .map(rejoin -> (Ticker.system().nanos() - rejoin.sinceNanos()) / NANOS_A_SECOND)
                        .orElse(0.0));
        gauge(
                "matriarch_rejoin_failures",
                "How much failed on that way so far.",
                snapshot -> snapshot.rejoin()
                        .map(rejoin -> (double) rejoin.report().failures())
                        .orElse(0.0));
    }

    private static String steps() {
        return Arrays.stream(RejoinStep.values())
                .map(step -> step.number() + ": " + step.text())
                .collect(Collectors.joining(", "));
    }

    /** In Prometheus' text format. */
    String text() {
        return registry.scrape();
    }

    private static double bytes(OptionalLong known) {
        return known.stream().mapToDouble(bytes -> bytes).findFirst().orElse(Double.NaN);
    }

    private void gauge(String name, String help, ToDoubleFunction<Snapshot> value) {
        Gauge.builder(name, () -> latest().map(value::applyAsDouble).orElse(0.0))
                .description(help)
                .register(registry);
    }

    private Optional<Snapshot> latest() {
        return agent.commands().flatMap(Commands::snapshot);
    }
}
