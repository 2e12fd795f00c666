package io.matriarch.drill;

import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.backup.RecoveryTarget;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is drilled.
 *
 * @param chain the backup, preceded by those that it builds upon
 * @param problems what is known to be missing of them
 * @param scratch where it's restored to
 * @param maxDisk how many bytes may be written there
 * @param restoreCommand what the server fetches WAL with
 */
record DrillRequest(
        List<BackupDescription> chain,
        List<String> problems,
        RecoveryTarget target,
        Optional<String> timeline,
        Path scratch,
        Optional<Long> maxDisk,
        String restoreCommand) {
    DrillRequest {
        chain = List.copyOf(chain);
        problems = List.copyOf(problems);
    }

    BackupDescription backup() {
        return chain.getLast();
    }
}
