package io.matriarch.rest;

import io.matriarch.agent.AgentAccess;
import io.matriarch.agent.Commands;
import io.matriarch.agent.Snapshot;
import io.matriarch.cluster.JobBoard;
import io.matriarch.cluster.JobDocument;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.JobSettings;
import io.matriarch.cluster.RejoinStep;
import io.matriarch.time.Ticker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
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
    OwnMetrics(PrometheusMeterRegistry registry, AgentAccess agent, ArchiveGauge archive) {
        this.registry = registry;
        this.agent = agent;
        jobs();
        Gauge.builder("matriarch_archive_waiting_files", archive, OwnMetrics::waiting)
                .description("How many WAL files PostgreSQL has to archive yet; NaN if that can't be known.")
                .register(registry);
        Gauge.builder("matriarch_archive_oldest_seconds", archive, OwnMetrics::oldest)
                .description("For how long the oldest of them waits; 0 when none does.")
                .register(registry);
        Gauge.builder("matriarch_archive_failing", archive, OwnMetrics::failing)
                .description("1 if archiving one of them has failed; GET /backups says which and why.")
                .register(registry);
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

    /** The same on every member, from what is in the DCS. The label isn't job, which is Prometheus's own. */
    private void jobs() {
        for (JobKind kind : JobKind.values()) {
            job(
                    "matriarch_job_last_success_timestamp_seconds",
                    kind,
                    "When the scheduled job was last done, in seconds since 1970; 0 if never.",
                    jobs -> jobs.journal()
                            .lastDone(kind)
                            .map(report -> (double) report.ended().getEpochSecond())
                            .orElse(0.0));
            job(
                    "matriarch_job_failed",
                    kind,
                    "1 if the scheduled job failed or was missed when it was due last.",
                    jobs -> jobs.journal()
                                    .last(kind)
                                    .filter(report -> !report.done())
                                    .isPresent()
                            ? 1.0
                            : 0.0);
            job(
                    "matriarch_job_last_seconds",
                    kind,
                    "How long the scheduled job took when it was last done.",
                    jobs -> jobs.journal()
                            .lastDone(kind)
                            .map(report -> report.took().toNanos() / NANOS_A_SECOND)
                            .orElse(0.0));
            job(
                    "matriarch_job_running",
                    kind,
                    "1 while some member does the scheduled job.",
                    jobs -> jobs.running().filter(lock -> lock.kind() == kind).isPresent() ? 1.0 : 0.0);
            Gauge.builder(
                            "matriarch_job_overdue_seconds",
                            () -> latest().map(look -> overdue(look, kind)).orElse(0.0))
                    .description("For how long the scheduled job should have begun; 0 when it isn't due.")
                    .tag("task", kind.word())
                    .register(registry);
        }
        drill(
                "matriarch_drill_rto_seconds",
                "rto_seconds",
                "How long the last passed drill took from nothing to the first answer.");
        drill(
                "matriarch_drill_rpo_seconds",
                "rpo_seconds",
                "How much the last passed drill would have lost; NaN without a heartbeat.");
    }

    private void drill(String name, String field, String help) {
        job(
                name,
                JobKind.DRILL,
                help,
                jobs -> jobs.journal()
                        .lastDone(JobKind.DRILL)
                        .flatMap(report -> report.details().text(field))
                        .filter(text -> text.matches("[0-9]{1,12}(\\.[0-9]{1,9})?"))
                        .map(Double::parseDouble)
                        .orElse(Double.NaN));
    }

    private void job(String name, JobKind kind, String help, ToDoubleFunction<JobBoard> value) {
        Gauge.builder(
                        name,
                        () -> latest().flatMap(Snapshot::cluster)
                                .map(view -> value.applyAsDouble(view.jobs()))
                                .orElse(0.0))
                .description(help)
                .tag("task", kind.word())
                .register(registry);
    }

    private static double overdue(Snapshot look, JobKind kind) {
        return look.cluster()
                .map(view -> JobDocument.overdue(
                        JobSettings.of(look.config()), view.jobs().journal(), kind, Instant.now()))
                .map(late -> late.toNanos() / NANOS_A_SECOND)
                .orElse(0.0);
    }

    private static double waiting(ArchiveGauge archive) {
        return archive.queue().map(queue -> (double) queue.count()).orElse(Double.NaN);
    }

    private static double oldest(ArchiveGauge archive) {
        return archive.queue()
                .map(queue -> ArchiveGauge.age(queue).toNanos() / NANOS_A_SECOND)
                .orElse(0.0);
    }

    private static double failing(ArchiveGauge archive) {
        return archive.queue().filter(queue -> queue.failing().isPresent()).isPresent() ? 1.0 : 0.0;
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
