package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.JobJournal;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.JobLock;
import io.matriarch.cluster.JobReport;
import io.matriarch.cluster.JobReport.Outcome;
import io.matriarch.cluster.JobSettings;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.Writing;
import io.matriarch.ha.JobPlanner;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * Does the scheduled jobs that are this member's to do, on threads of its own: the HA loop never waits for them. Not on virtual threads, on which the executable can't ask for
 * the time.
 */
final class Jobs {
    private static final Logger LOG = Logger.getLogger(Jobs.class);
    private static final Duration TICK = Duration.ofSeconds(5);

    /** Short, because the HA loop shares the connection. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration TO_WRITE_THE_JOURNAL = Duration.ofMinutes(10);

    /** Of a backup, what is told of it. */
    private static final Set<String> TOLD =
            Set.of("Label", "Type", "Ended", "Size bytes", "Stored bytes", "Restorable");

    private final Supplier<Optional<Snapshot>> look;
    private final Dcs dcs;
    private final InstantSource clock;
    private final Supplier<JobCommands> commands;
    private final JobProcess process;
    private final Consumer<JobReport> failures;
    private final AtomicReference<Optional<JobProgress>> progress = new AtomicReference<>(Optional.empty());
    private final AtomicBoolean busy = new AtomicBoolean();
    private final AtomicBoolean ending = new AtomicBoolean();

    /** @param failures hears of each job that failed or was missed */
    Jobs(
            Supplier<Optional<Snapshot>> look,
            Dcs dcs,
            InstantSource clock,
            Supplier<JobCommands> commands,
            JobProcess process,
            Consumer<JobReport> failures) {
        this.look = look;
        this.dcs = dcs;
        this.clock = clock;
        this.commands = commands;
        this.process = process;
        this.failures = failures;
    }

    void start() {
        Thread.ofPlatform().daemon().name("jobs").start(() -> {
            while (!ending.get()) {
                pause(TICK);
                tick();
            }
        });
    }

    /** The job that runs here ends without a result, so that another member does it. */
    void end() {
        ending.set(true);
        process.stop();
    }

    /** How far the job is that runs here. */
    Optional<JobProgress> progress() {
        return progress.get();
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tick() {
        try {
            Optional<Snapshot> seen = look.get();
            Optional<ClusterView> view = seen.flatMap(Snapshot::cluster);
            if (view.isPresent()) {
                tick(seen.get(), view.get());
            }
        } catch (RuntimeException bug) {
            LOG.error("scheduled jobs: unexpected exception raised, please report it as a BUG", bug);
        }
    }

    private void tick(Snapshot seen, ClusterView view) {
        JobSettings settings = JobSettings.of(seen.config());
        JobJournal known = view.jobs().journal();
        boolean nothing = settings.schedules().isEmpty()
                && known.since().isEmpty()
                && known.requested().isEmpty();
        if (nothing) {
            return;
        }
        String self = seen.configuration().name();
        switch (new JobPlanner(view, settings, self, clock.instant()).plan()) {
            case JobPlanner.Plan.Idle _ -> {}
            case JobPlanner.Plan.Write(JobJournal journal, List<JobReport> missed) -> {
                if (write(journal) instanceof Writing.Written) {
                    missed.forEach(this::tell);
                }
            }
            case JobPlanner.Plan.Run(JobLock lock, Instant due) -> {
                if (!busy.get() && dcs.write(new DcsCommand.TakeJob(lock), soon()) instanceof Writing.Written) {
                    busy.set(true);
                    Thread.ofPlatform().daemon().name("job").start(() -> run(lock, due, settings, view));
                }
            }
        }
    }

    private Writing write(JobJournal journal) {
        return dcs.write(new DcsCommand.PutJobs(journal), soon());
    }

    private static Deadline soon() {
        return Deadline.after(PATIENCE);
    }

    private void run(JobLock lock, Instant due, JobSettings settings, ClusterView view) {
        try {
            LOG.infof("job %s begins", lock.kind().word());
            long begun = System.nanoTime();
            JobResults results = JobResults.of(
                    commands.get().of(lock.kind(), settings, view),
                    ending::get,
                    command -> process.run(command, told -> progress.set(Optional.of(told))));
            if (ending.get()) {
                return;
            }
            JobReport report = results.report(lock, due, Duration.ofNanos(System.nanoTime() - begun));
            List<Mapping> backups = catalogue(lock.kind(), settings);
            keep(journal -> backups.isEmpty()
                    ? journal.with(report)
                    : journal.with(report).backups(backups));
            tell(report);
        } catch (RuntimeException bug) {
            LOG.error("scheduled job: unexpected exception raised, please report it as a BUG", bug);
        } finally {
            progress.set(Optional.empty());
            busy.set(false);
            giveBack(lock);
        }
    }

    /** Newest first; empty when they aren't any others than before, or can't be told. */
    private List<Mapping> catalogue(JobKind kind, JobSettings settings) {
        return switch (kind) {
            case BASE, INCREMENTAL, EXPIRE ->
                process.run(commands.get().catalogue(settings), _ -> {}).rows().stream()
                        .map(Jobs::told)
                        .toList()
                        .reversed();
            case DUMP, DRILL -> List.of();
        };
    }

    private static Mapping told(Mapping row) {
        Mapping told = Mapping.empty();
        for (var entry : row.entries().entrySet()) {
            if (TOLD.contains(entry.getKey())) {
                told = told.with(
                        entry.getKey().toLowerCase(java.util.Locale.ROOT).replace(' ', '_'), entry.getValue());
            }
        }
        return told;
    }

    /** Others write the journal, too: it is read and written again until nobody has come between. */
    private void keep(UnaryOperator<JobJournal> change) {
        Deadline deadline = Deadline.after(TO_WRITE_THE_JOURNAL);
        while (!deadline.expired() && !ending.get()) {
            if (dcs.readFresh(soon()) instanceof Reading.Known(ClusterView view)
                    && write(change.apply(view.jobs().journal())) instanceof Writing.Written) {
                return;
            }
            pause(Duration.ofSeconds(1));
        }
        LOG.error("job: its result can't be written into etcd");
    }

    private void giveBack(JobLock lock) {
        Deadline deadline = Deadline.after(TO_WRITE_THE_JOURNAL);
        while (!deadline.expired()
                && dcs.write(new DcsCommand.EndJob(lock), soon()) instanceof Writing.Unavailable
                && !ending.get()) {
            pause(Duration.ofSeconds(1));
        }
    }

    private void tell(JobReport report) {
        if (report.done()) {
            LOG.infof("job %s done in %d s", report.kind().word(), report.took().toSeconds());
            return;
        }
        LOG.errorf(
                "job %s %s: %s",
                report.kind().word(),
                report.outcome() == Outcome.MISSED ? "was missed" : "failed",
                String.join("; ", report.problems()));
        failures.accept(report);
    }
}
