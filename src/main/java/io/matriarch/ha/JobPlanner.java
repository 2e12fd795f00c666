package io.matriarch.ha;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Cron;
import io.matriarch.cluster.JobJournal;
import io.matriarch.cluster.JobJournal.Since;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.JobLock;
import io.matriarch.cluster.JobReport;
import io.matriarch.cluster.JobReport.Outcome;
import io.matriarch.cluster.JobSettings;
import io.matriarch.cluster.JobSettings.Node;
import io.matriarch.cluster.JobTimes;
import io.matriarch.cluster.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * When a scheduled job is due, and who does it: a function of the cluster and the time, the same on every member. The lock in the DCS decides when two differ.
 *
 * <p>The members that may do it have an order; each but the first waits a while longer for those before it, so that one that can't do it holds nobody up for ever.
 */
public final class JobPlanner {
    /** How long each waits for the one before it. */
    static final Duration TURN = Duration.ofSeconds(60);

    private final ClusterView view;
    private final JobSettings settings;
    private final String self;
    private final Instant now;

    public JobPlanner(ClusterView view, JobSettings settings, String self, Instant now) {
        this.view = view;
        this.settings = settings;
        this.self = self;
        this.now = now;
    }

    /** What a member has to do about the jobs. */
    public sealed interface Plan {
        /** Nothing. */
        record Idle() implements Plan {}

        /** Take the lock, and do the job if that succeeds. */
        record Run(JobLock lock, Instant due) implements Plan {}

        /** Write the journal; every member's duty, because the leader may be Patroni's: the first wins. {@code missed}: the new reports in it. */
        record Write(JobJournal journal, List<JobReport> missed) implements Plan {}
    }

    /** Whoever can do what is due does it, however late; only then it is told that nobody did. */
    public Plan plan() {
        return counting()
                .or(() -> view.jobs().running().isPresent()
                        ? Optional.empty()
                        : Stream.of(JobKind.values())
                                .flatMap(kind -> run(kind).stream())
                                .findFirst())
                .or(this::missed)
                .orElseGet(Plan.Idle::new);
    }

    private Optional<Plan> run(JobKind kind) {
        int turn = candidates().indexOf(self);
        Optional<Instant> due = due(kind);
        boolean ours = turn >= 0
                && due.isPresent()
                && !due.get().plus(TURN.multipliedBy(turn)).isAfter(now);
        return ours ? Optional.of(new Plan.Run(new JobLock(kind, self, now), due.get())) : Optional.empty();
    }

    private Optional<Plan> counting() {
        JobJournal journal = view.jobs().journal();
        Map<JobKind, Since> since = new EnumMap<>(JobKind.class);
        settings.schedules().forEach((kind, cron) -> since.put(kind, since(kind, cron)));
        return since.equals(journal.since())
                ? Optional.empty()
                : Optional.of(new Plan.Write(journal.since(since), List.of()));
    }

    private Optional<Plan> missed() {
        List<JobReport> missed = Stream.of(JobKind.values())
                .flatMap(kind -> missed(kind).stream())
                .toList();
        JobJournal told = view.jobs().journal();
        for (JobReport report : missed) {
            told = told.with(report);
        }
        return missed.isEmpty() ? Optional.empty() : Optional.of(new Plan.Write(told, missed));
    }

    /** A schedule counts from when it is first seen, or changed. */
    private Since since(JobKind kind, Cron cron) {
        String schedule = cron.text() + " " + cron.zone();
        return Optional.ofNullable(view.jobs().journal().since().get(kind))
                .filter(known -> known.schedule().equals(schedule))
                .orElseGet(() -> new Since(schedule, now));
    }

    private Optional<JobReport> missed(JobKind kind) {
        Optional<Instant> due =
                due(kind).filter(moment -> !moment.plus(settings.grace()).isAfter(now));
        boolean running =
                view.jobs().running().filter(lock -> lock.kind() == kind).isPresent();
        boolean told = due.isPresent()
                && view.jobs()
                        .journal()
                        .last(kind)
                        .filter(report -> report.outcome() == Outcome.MISSED
                                && !report.due().isBefore(due.get()))
                        .isPresent();
        if (due.isEmpty() || running || told) {
            return Optional.empty();
        }
        String why = view.jobs()
                .running()
                .map(lock -> lock.member() + " is still busy with the job "
                        + lock.kind().word())
                .orElseGet(() -> candidates().isEmpty()
                        ? "no running member may do it: see backup_jobs.node and the tag nobackup"
                        : "none of " + String.join(", ", candidates())
                                + " has done it: see their logs, and whether they have the section backup");
        return Optional.of(JobReport.missed(kind, self, due.get(), now, why));
    }

    /** The oldest moment at which the job should have begun and hasn't; absent when it isn't due. */
    private Optional<Instant> due(JobKind kind) {
        return JobTimes.next(settings, view.jobs().journal(), kind).filter(moment -> !moment.isAfter(now));
    }

    /** Who may do jobs, in their order. */
    private List<String> candidates() {
        return view.members().stream()
                .filter(member -> member.isRunning() && !member.tags().nobackup())
                .filter(member -> mayRun(view.leads(member.name())))
                .sorted(Comparator.<Member>comparingInt(this::rank).thenComparing(Member::name))
                .map(Member::name)
                .toList();
    }

    private boolean mayRun(boolean leader) {
        return switch (settings.node()) {
            case REPLICA -> true;
            case REPLICA_ONLY -> !leader;
            case LEADER -> leader;
        };
    }

    /** Streaming replicas first, the leader last. */
    private int rank(Member member) {
        if (view.leads(member.name())) {
            return settings.node() == Node.LEADER ? 0 : 2;
        }
        return member.isStreaming() ? 0 : 1;
    }
}
