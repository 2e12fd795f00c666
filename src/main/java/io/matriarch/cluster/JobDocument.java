package io.matriarch.cluster;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What GET /backups and /drills answer about jobs: for each its schedule, when it is due next, how it ended last, and the newest reports. */
public final class JobDocument {
    private JobDocument() {}

    public static Mapping of(ClusterView view, DynamicConfiguration config, Instant now, List<JobKind> kinds) {
        JobSettings settings = JobSettings.of(config);
        JobJournal journal = view.jobs().journal();
        Mapping jobs = Mapping.empty();
        for (JobKind kind : kinds) {
            boolean known = settings.schedules().containsKey(kind)
                    || journal.requested().containsKey(kind)
                    || journal.last(kind).isPresent();
            jobs = known ? jobs.with(kind.word(), job(settings, journal, kind, now)) : jobs;
        }
        return Mapping.empty()
                .with("jobs", jobs)
                .with(
                        "reports",
                        new Sequence(journal.reports().stream()
                                .filter(report -> kinds.contains(report.kind()))
                                .<Value>map(JobReport::toJson)
                                .toList()));
    }

    private static Mapping job(JobSettings settings, JobJournal journal, JobKind kind, Instant now) {
        Optional<Cron> cron = Optional.ofNullable(settings.schedules().get(kind));
        return Mapping.empty()
                .with("schedule", cron.map(schedule -> Value.of(schedule.text())))
                .with("timezone", cron.map(schedule -> Value.of(schedule.zone().getId())))
                .with(
                        "next",
                        JobTimes.next(settings, journal, kind)
                                .map(JobReport::text)
                                .map(Value::of))
                .with(
                        "requested",
                        Optional.ofNullable(journal.requested().get(kind))
                                .map(JobReport::text)
                                .map(Value::of))
                .with("overdue_seconds", overdue(settings, journal, kind, now).toSeconds())
                .with(
                        "last",
                        journal.last(kind)
                                .map(report -> Value.of(report.outcome().word())))
                .with("last_success", journal.lastDone(kind).map(report -> Value.of(JobReport.text(report.ended()))));
    }

    /** For how long the job should have begun; zero when it isn't due. */
    public static Duration overdue(JobSettings settings, JobJournal journal, JobKind kind, Instant now) {
        return JobTimes.next(settings, journal, kind)
                .map(due -> Duration.between(due, now))
                .filter(late -> !late.isNegative())
                .orElse(Duration.ZERO);
    }
}
