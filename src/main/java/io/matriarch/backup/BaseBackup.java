package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.backup.ArchiveReader;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.BackupName;
import io.matriarch.archive.backup.BackupWriter;
import io.matriarch.archive.backup.StoredArchive;
import io.matriarch.archive.backup.WalRange;
import io.matriarch.cli.Version;
import io.matriarch.cluster.Lsn;
import io.matriarch.postgres.ReplicationProblem;
import io.matriarch.postgres.ReplicationStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/** One base backup from a server's replication connection into a repository. */
final class BaseBackup {
    private final ReplicationStream server;
    private final ServerFacts facts;
    private final Repository repository;
    private final int jobs;

    BaseBackup(ReplicationStream server, ServerFacts facts, Repository repository, int jobs) {
        this.server = server;
        this.facts = facts;
        this.repository = repository;
        this.jobs = jobs;
    }

    /**
     * What a person wants.
     *
     * @param parent of an incremental backup
     * @param rate kilobytes a second at most
     */
    record Wish(String label, String scope, Optional<BackupDescription> parent, Optional<Long> rate, boolean fast) {}

    /**
     * Copies everything; the backup is none before it is published.
     *
     * @param progress made when the number of bytes is known
     */
    BackupDescription copy(BackupWriter writer, Wish wish, LongFunction<Progress> progress) throws ArchiveException {
        Instant started = Instant.now();
        try {
            if (wish.parent().isPresent()) {
                uploadManifest(wish.parent().get());
            }
            CopiedBackup copied = new CopiedBackup(writer, progress);
            List<ReplicationStream.ResultSet> end = server.copyOut(command(wish), copied);
            List<StoredArchive> archives = writer.finish();
            copied.end();
            return describe(wish, copied, started, end, archives);
        } catch (ReplicationProblem | IOException e) {
            throw new ArchiveException("no backup was made: " + e.getMessage(), e);
        }
    }

    private void uploadManifest(BackupDescription parent) throws ReplicationProblem {
        try (InputStream manifest = new ArchiveReader(repository, parent.manifest(), jobs)) {
            server.copyIn("UPLOAD_MANIFEST", manifest);
        } catch (IOException e) {
            throw new IllegalStateException("closing a reader in memory can't fail", e);
        }
    }

    private static String command(Wish wish) {
        return "BASE_BACKUP (LABEL 'matriarch " + wish.label() + "', PROGRESS, CHECKPOINT '"
                + (wish.fast() ? "fast" : "spread") + "', WAIT 0, MANIFEST 'yes', TABLESPACE_MAP"
                + wish.rate().map(rate -> ", MAX_RATE " + rate).orElse("")
                + (wish.parent().isPresent() ? ", INCREMENTAL" : "") + ")";
    }

    private BackupDescription describe(
            Wish wish,
            CopiedBackup copied,
            Instant started,
            List<ReplicationStream.ResultSet> end,
            List<StoredArchive> archives)
            throws ReplicationProblem, ArchiveException {
        List<String> stop = end.stream()
                .flatMap(set -> set.rows().stream())
                .findFirst()
                .orElseThrow(() -> new ArchiveException(server.place() + " didn't say where the backup ends"));
        StoredArchive manifest = archives.stream()
                .filter(archive -> archive.name().equals(BackupDescription.MANIFEST))
                .findFirst()
                .orElseThrow(() -> new ArchiveException(server.place() + " sent no backup_manifest"));
        return new BackupDescription(
                new BackupName(facts.systemIdentifier(), wish.label()),
                wish.scope(),
                wish.parent().map(BackupDescription::label),
                facts.version(),
                new WalRange(copied.timeline(), copied.start(), Lsn.parse(stop.getFirst()), facts.segmentSize()),
                started,
                Instant.now(),
                copied.tablespaces(),
                archives.stream().filter(archive -> !archive.equals(manifest)).toList(),
                manifest,
                "Matriarch " + Version.MATRIARCH + " from " + server.place());
    }
}
