package io.matriarch.cluster;

import java.time.Instant;
import java.util.Optional;

/** When the scheduled jobs are due. */
public final class JobTimes {
    private JobTimes() {}

    /** When a job is due next, which may be in the past; absent without a schedule that counts already. */
    public static Optional<Instant> next(JobSettings settings, JobJournal journal, JobKind kind) {
        Optional<Cron> cron = Optional.ofNullable(settings.schedules().get(kind));
        Optional<Instant> since = Optional.ofNullable(journal.since().get(kind)).map(JobJournal.Since::moment);
        // a run answers for everything that was due until it began
        return cron.flatMap(schedule -> since.flatMap(moment -> schedule.after(journal.lastRun(kind)
                .map(JobReport::started)
                .filter(moment::isBefore)
                .orElse(moment))));
    }
}
