package io.matriarch.postgres;

import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.OperationResult;
import io.matriarch.postgres.DivergenceCheck.LocalEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether the WAL here is part of the history that an archive holds, for a standby cluster that has no server to ask. PostgreSQL itself waits for ever for WAL that can't
 * come.
 */
final class ArchiveCheck {
    private static final int MOST_TIMELINES = 100;

    private final WalArchive archive;

    ArchiveCheck(WalArchive archive) {
        this.archive = archive;
    }

    /** {@code own} is the history of the local timeline, as far as it is here. */
    OperationResult check(LocalEnd local, History own, long segmentBytes) {
        Optional<String> command = archive.restoreCommand();
        if (command.isEmpty()) {
            return new OperationResult.Failed("there is no restore_command to ask the archive with");
        }
        try {
            Path folder = Files.createTempDirectory("matriarch-archive");
            try {
                return compare(new Fetched(command.get(), folder), local, own, segmentBytes);
            } finally {
                RemovedFiles.remove(folder);
            }
        } catch (IOException e) {
            return new OperationResult.Failed("the archive's history can't be read: " + e);
        }
    }

    private static OperationResult compare(Fetched files, LocalEnd local, History own, long segmentBytes)
            throws IOException {
        Optional<History> newest = Optional.empty();
        int timeline = local.timeline();
        for (Optional<History> next = files.history(timeline + 1);
                next.isPresent() && timeline - local.timeline() < MOST_TIMELINES;
                next = files.history(timeline + 1)) {
            newest = next;
            timeline++;
        }
        if (newest.isPresent()) {
            return DivergenceCheck.compare(local, own, timeline, newest.get());
        }
        return own.entries().isEmpty() ? new OperationResult.InHistory() : compareOwn(files, own, segmentBytes);
    }

    /** The archive knows no later timeline than ours; it may not know ours either. */
    private static OperationResult compareOwn(Fetched files, History own, long segmentBytes) throws IOException {
        History.Entry fork = own.entries().getLast();
        Optional<History> same = files.history(fork.timeline() + 1);
        if (same.isPresent()) {
            Optional<Lsn> there = TimelineHistory.endOf(fork.timeline(), same.get());
            return there.equals(Optional.of(fork.end()))
                    ? new OperationResult.InHistory()
                    : new OperationResult.Diverged(
                            "its timeline %d is another one than the archive's".formatted(fork.timeline() + 1));
        }
        String beyond = segment(fork, segmentBytes);
        return files.has(beyond)
                ? new OperationResult.Diverged(
                        "its timeline %d left timeline %d at %s, but the archive goes on with that timeline (%s)"
                                .formatted(fork.timeline() + 1, fork.timeline(), fork.end(), beyond))
                : new OperationResult.InHistory();
    }

    /** The first that lies wholly beyond the fork. */
    private static String segment(History.Entry fork, long segmentBytes) {
        long number = fork.end().bytes() / segmentBytes + 1;
        long perFile = (1L << Integer.SIZE) / segmentBytes;
        return "%08X%08X%08X".formatted(fork.timeline(), number / perFile, number % perFile);
    }

    /** What the archive brings into a folder of ours: pg_wal is the server's. */
    private final class Fetched {
        private final String command;
        private final Path folder;

        Fetched(String command, Path folder) {
            this.command = command;
            this.folder = folder;
        }

        Optional<History> history(int timeline) throws IOException {
            String name = "%08X.history".formatted(timeline);
            return has(name)
                    ? Optional.of(TimelineHistory.parse(Files.readString(folder.resolve(name)), Optional.empty()))
                    : Optional.empty();
        }

        boolean has(String name) {
            Path target = folder.resolve(name);
            return Files.exists(target) || (archive.fetch(command, name, target).ok() && Files.exists(target));
        }
    }
}
