package io.matriarch.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * PostgreSQL's own list of what is to be archived: a file {@code NAME.ready} in pg_wal/archive_status for each.
 *
 * @param dataDirectory absolute
 */
record ArchiveStatus(Path dataDirectory) {
    private static final String READY = ".ready";

    /** As PostgreSQL goes about it: histories first, so that nobody else takes the timeline; then the oldest. */
    private static final Comparator<WalName> ORDER = Comparator.comparing(
                    (WalName name) -> name.kind() != WalName.Kind.HISTORY)
            .thenComparing(WalName::text);

    /** What waits, in the order in which PostgreSQL will ask for it. */
    List<WalName> ready() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(READY))
                    .flatMap(file -> WalName.parse(file.substring(0, file.length() - READY.length())).stream())
                    .sorted(ORDER)
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    Path readyFile(WalName name) {
        return directory().resolve(name.text() + READY);
    }

    Path wal(WalName name) {
        return dataDirectory.resolve("pg_wal").resolve(name.text());
    }

    /** When it doesn't, somebody may be about to change what is in pg_wal. */
    boolean serverRuns() {
        return Files.exists(dataDirectory.resolve("postmaster.pid"));
    }

    private Path directory() {
        return dataDirectory.resolve("pg_wal").resolve("archive_status");
    }
}
