package io.matriarch.cluster;

import java.util.Optional;

/**
 * The scheduled jobs in the DCS.
 *
 * @param running who does what now
 */
public record JobBoard(JobJournal journal, Optional<JobLock> running) {
    public static final JobBoard EMPTY = new JobBoard(JobJournal.EMPTY, Optional.empty());
}
