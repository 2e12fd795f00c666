package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Whether a restored data directory, and the WAL in it, is what the server sent: what pg_verifybackup says before the first start. */
public final class DataVerification {
    private static final Duration PATIENCE = Duration.ofHours(24);

    private DataVerification() {}

    /** What is wrong, if anything is. */
    public static Optional<String> problem(Program programs, Path data) throws ArchiveException {
        Program.Result result = programs.run(
                PATIENCE, "pg_verifybackup", List.of("--exit-on-error", "--ignore=tablespace_map", data.toString()));
        return result.ok() ? Optional.empty() : Optional.of("pg_verifybackup says: " + result.words());
    }
}
