package io.matriarch.postgres;

import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.RejoinSight;
import io.matriarch.cluster.ServerReading;
import io.matriarch.value.Value.Mapping;
import java.nio.file.Path;
import java.util.Optional;

/** What can be seen of a server that has yet to come back to its cluster. */
final class RejoinLook {
    private final Path dataDirectory;
    private final ControlFile control;
    private final PostgresLog log;

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
        String activity = alive && !comesOn ? activity() : "";
        return new RejoinSight(
                section.bool("remove_data_directory_on_diverged_timelines").orElse(false),
                section.bool("remove_data_directory_on_rewind_failure").orElse(false),
                activity,
                data instanceof DataDirectory.Present ? minimumEnd() : Lsn.ZERO,
                activity.startsWith("waiting") ? log.lastReason().orElse("") : "");
    }

    /** What the startup process does; a segment of which the server has the beginning it calls {@code recovering} even while it waits for the rest. */
    String activity() {
        String title =
                Postmaster.of(dataDirectory).map(StartupProcess::activity).orElse("");
        String segment = title.substring(title.lastIndexOf(' ') + 1);
        boolean refused =
                !segment.isEmpty() && log.says("requested WAL segment " + segment + " has already been removed");
        return refused ? "waiting for " + segment : title;
    }

    private Lsn minimumEnd() {
        try {
            return Lsn.parse(control.lines().getOrDefault("Minimum recovery ending location", "0/0"));
        } catch (IllegalArgumentException e) {
            return Lsn.ZERO;
        }
    }
}
