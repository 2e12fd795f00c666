package io.matriarch.postgres;

import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.RejoinSight;
import io.matriarch.cluster.ServerReading;
import io.matriarch.value.Value.Mapping;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** What can be seen of a server that has yet to come back to its cluster. Safe for several threads. */
final class RejoinLook {
    private static final String WAITING = "waiting for ";

    private final Path dataDirectory;
    private final ControlFile control;
    private final PostgresLog log;
    private final AtomicBoolean waited = new AtomicBoolean();

    RejoinLook(Path dataDirectory, ControlFile control, PostgresLog log) {
        this.dataDirectory = dataDirectory;
        this.control = control;
        this.log = log;
    }

    /** {@code section} is the postgresql section in effect. */
    RejoinSight at(boolean alive, Optional<ServerReading> reading, DataDirectory data, Mapping section) {
        boolean comesOn = reading.filter(answer -> !answer.inRecovery()
                        || answer.replicationState().filter("streaming"::equals).isPresent())
                .isPresent();
        boolean onItsWay = alive && !comesOn;
        String activity = onItsWay ? activity() : "";
        RecoveryWords words = onItsWay ? log.recovery() : RecoveryWords.in("");
        boolean waits = waits(activity, reading, words);
        waited.set(waits);
        return new RejoinSight(
                section.bool("remove_data_directory_on_diverged_timelines").orElse(false),
                section.bool("remove_data_directory_on_rewind_failure").orElse(false),
                activity,
                data instanceof DataDirectory.Present ? minimumEnd() : Lsn.ZERO,
                waits,
                words.complaint().or(() -> words.stumble().filter(_ -> waits)).orElse(""));
    }

    /**
     * A segment of which the server has the beginning the startup process calls {@code recovering} even while it waits for the rest. One that answers says better
     * what it waits for; of one that doesn't, the log may tell that nothing comes.
     */
    private static boolean waits(String activity, Optional<ServerReading> reading, RecoveryWords words) {
        return activity.startsWith(WAITING)
                || reading.map(ServerReading::waitsForWal)
                        .orElse(!activity.isEmpty() && (words.complaint().isPresent() || words.endsEachStream()));
    }

    private String activity() {
        return Postmaster.of(dataDirectory).map(StartupProcess::activity).orElse("");
    }

    /** The WAL file that the server waits for; absent when it doesn't wait, or it can't be seen. */
    Optional<String> awaitedFile() {
        String activity = activity();
        Optional<String> removed =
                activity.isEmpty() ? Optional.empty() : log.recovery().removed();
        return removed.or(() -> Optional.of(activity)
                .filter(title -> title.startsWith(WAITING) || (waited.get() && !title.isEmpty()))
                .map(title -> title.substring(title.lastIndexOf(' ') + 1)));
    }

    /** Why a running server can't go on with the WAL that it is sent, though it is sent some again and again. */
    Optional<String> refusedWal() {
        RecoveryWords words = log.recovery();
        boolean refuses = words.endsEachStream() && !activity().isEmpty();
        return refuses
                ? Optional.of("PostgreSQL ends each stream, because it can't go on with what comes"
                        + words.stumble().map(said -> ": " + said).orElse(""))
                : Optional.empty();
    }

    private Lsn minimumEnd() {
        try {
            return Lsn.parse(control.lines().getOrDefault("Minimum recovery ending location", "0/0"));
        } catch (IllegalArgumentException e) {
            return Lsn.ZERO;
        }
    }
}
