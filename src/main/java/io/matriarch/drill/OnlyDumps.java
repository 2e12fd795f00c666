package io.matriarch.drill;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.BackupSession;
import io.matriarch.backup.Program;
import io.matriarch.backup.ScratchPlace;
import io.matriarch.config.DrillSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The drill of a cluster of which there are dumps, but no base backups: only that of the newest dump; and it says so. */
record OnlyDumps(BackupSession session, DrillSettings settings, Program programs, Steps steps) {
    private static final String STEP = "base backup";

    Report run(Path scratch, Optional<Long> maxDisk) {
        Instant started = Instant.now();
        long begun = System.nanoTime();
        List<String> trouble = new ArrayList<>();
        steps.passes(
                STEP,
                () -> Outcome.passed("left out: the repository "
                        + session.repository().store().place() + " has none of the cluster "
                        + session.configuration().scope()
                        + "; nothing shows how much would be lost, and only dumps can be restored"));
        try (ScratchPlace place = ScratchPlace.take(scratch)) {
            DiskLimit disk = new DiskLimit(place.folder(), settings.reserve(), maxDisk);
            new DumpDrill(session, programs, new Memory(settings.memory()), disk, steps)
                    .run(place, settings.dump().orElse(List.of()), GoneTables.NOT_COMPARED);
        } catch (ArchiveException e) {
            trouble.add(String.valueOf(e.getMessage()));
        }
        return new Report(
                Optional.empty(),
                started,
                Duration.ofNanos(System.nanoTime() - begun),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                steps.results(),
                trouble);
    }
}
