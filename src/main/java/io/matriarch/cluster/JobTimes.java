package io.matriarch.cluster;

import java.time.Instant;
import java.util.Optional;

/** When jobs are due, by schedule or because somebody has asked for them. */
public final class JobTimes {
    private JobTimes() {}

    /** When a job is due next, which may be in the past; absent without a request, and without a schedule that counts already. */
    public static Optional<Instant> next(JobSettings settings, JobJournal journal, JobKind kind) {
        Optional<Instant> requested = Optional.ofNullable(journal.requested().get(kind));
        Optional<Instant> scheduled = scheduled(settings, journal, kind);
        return requested
                .filter(moment -> scheduled.filter(moment::isAfter).isEmpty())
                .or(() -> scheduled);
    }

    private static Optional<Instant> scheduled(JobSettings settings, JobJournal journal, JobKind kind) {
        Optional<Cron> cron = Optional.ofNullable(settings.schedules().get(kind));
        Optional<Instant> since = Optional.ofNullable(journal.since().get(kind)).map(JobJournal.Since::moment);
        // a run answers for everything that was due until it began
        return cron.flatMap(schedule -> since.flatMap(moment -> schedule.after(journal.lastRun(kind)
                .map(JobReport::started)
                .filter(moment::isBefore)
                .orElse(moment))));
    }
}
