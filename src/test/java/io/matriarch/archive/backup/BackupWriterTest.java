package io.matriarch.archive.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.codec.Codec;
import io.matriarch.archive.codec.Compression;
import io.matriarch.archive.store.DirectoryStore;
import io.matriarch.archive.store.ObjectStore;
import io.matriarch.archive.store.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer that dies at any moment leaves either a whole backup or none, and what it leaves is found and removed; so does an expiry that dies. */
class BackupWriterTest {
    private static final RetentionRule ALL = new RetentionRule(Optional.empty(), Optional.empty(), Optional.empty());
    private static final RetentionRule ONE = new RetentionRule(Optional.of(1), Optional.empty(), Optional.empty());

    /** A little more than one part. */
    private static final int LENGTH = ArchiveWriter.PART + 1000;

    @TempDir
    Path directory;

    /** Without it no backup could be restored, and so none would be removed. */
    @BeforeEach
    void archiveWal() throws Exception {
        for (String segment : Backups.backup("any", Optional.empty(), Instant.EPOCH, 1, 1, 2)
                .wal()
                .segments()) {
            store().create("wal/" + Backups.SYSTEM + "/00000001/" + segment, new byte[] {1});
        }
    }

    @Test
    void aBackupComesBackAsItWasWritten() throws Exception {
        Repository repository = repository(store());
        BackupDescription written = write(repository, "one", Optional.empty(), LENGTH);
        BackupDescription read = catalog().backups().getFirst();
        assertThat(read).isEqualTo(written);
        assertThat(read.archives().getFirst().parts()).hasSize(2);
        assertThat(content(repository, read.archives().getFirst())).isEqualTo(bytes(LENGTH));
        assertThat(names()).noneMatch(name -> name.endsWith("in-progress"));
    }

    @Test
    void aLabelIsTakenOnce() throws Exception {
        Repository repository = repository(store());
        BackupName name = new BackupName(Backups.SYSTEM, "one");
        try (BackupWriter running = BackupWriter.begin(repository, name, Optional.empty(), 1)) {
            assertThat(running).isNotNull();
            assertThatThrownBy(() -> BackupWriter.begin(repository, name, Optional.empty(), 1))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining("in progress");
        }
        write(repository, "one", Optional.empty());
        assertThatThrownBy(() -> BackupWriter.begin(repository, name, Optional.empty(), 1))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("there is a backup with the label one");
        assertThat(catalog().backups()).hasSize(1);
    }

    @Test
    void givingUpLeavesNothing() throws Exception {
        try (BackupWriter writer =
                BackupWriter.begin(repository(store()), new BackupName(Backups.SYSTEM, "one"), Optional.empty(), 1)) {
            writer.archive("base.tar").write(bytes(LENGTH));
        }
        assertThat(names()).isEmpty();
    }

    @Test
    void aWriterThatDiesLeavesAWholeBackupOrNone() throws Exception {
        boolean died = true;
        for (int changes = 0; died; changes++) {
            MortalStore mortal = new MortalStore(store(), changes);
            try {
                write(repository(mortal.store()), "dead" + changes, Optional.empty());
            } catch (ArchiveException | IOException | IllegalStateException e) {
                assertThat(mortal.died()).isTrue();
            }
            died = mortal.died();
            BackupCatalog catalog = catalog();
            for (BackupDescription backup : catalog.backups()) {
                assertThat(new Verification(repository(store()), List.of(backup), 1).checksums(_ -> {}))
                        .isEmpty();
            }
            // its process is this one, which lives: nothing is touched
            List<String> before = names();
            expire(store(), ALL, Instant.now());
            assertThat(names()).isEqualTo(before);
            // silent for longer than a day
            expire(store(), ALL, Instant.now().plus(Duration.ofDays(2)));
            assertThat(names()).isEqualTo(described(catalog));
        }
        assertThat(catalog().backups()).isNotEmpty();
    }

    @Test
    void anExpiryThatDiesIsFinishedByTheNext() throws Exception {
        boolean died = true;
        for (int changes = 0; died; changes++) {
            write(repository(store()), "old" + changes, Optional.empty());
            write(repository(store()), "new" + changes, Optional.empty());
            MortalStore mortal = new MortalStore(store(), changes);
            try {
                expire(mortal.store(), ONE, Instant.now());
            } catch (IllegalStateException e) {
                assertThat(mortal.died()).isTrue();
            }
            died = mortal.died();
            for (BackupDescription backup : catalog().backups()) {
                assertThat(new Verification(repository(store()), List.of(backup), 1).objects())
                        .isEmpty();
            }
            expire(store(), ONE, Instant.now());
            assertThat(catalog().backups()).extracting(BackupDescription::label).containsExactly("new" + changes);
            assertThat(names()).isEqualTo(described(catalog()));
        }
    }

    @Test
    void theParentOfARunningBackupStays() throws Exception {
        Repository repository = repository(store());
        write(repository, "parent", Optional.empty());
        write(repository, "newer", Optional.empty());
        try (BackupWriter running =
                BackupWriter.begin(repository, new BackupName(Backups.SYSTEM, "child"), Optional.of("parent"), 1)) {
            expire(store(), ONE, Instant.now());
            assertThat(catalog().backups()).extracting(BackupDescription::label).containsExactly("parent", "newer");
            new Expiry(repository, Backups.SYSTEM, false, _ -> {})
                    .delete(catalog().find("parent").orElseThrow());
            assertThatThrownBy(() ->
                            running.publish(Backups.backup("child", Optional.of("parent"), Instant.now(), 1, 1, 2)))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining("removed meanwhile");
        }
    }

    @Test
    void damageIsFoundByTheLevelThatLooksForIt() throws Exception {
        Repository repository = repository(store());
        BackupDescription backup = write(repository, "one", Optional.empty());
        String part = backup.archives().getFirst().parts().getFirst().object();
        byte[] stored = store().read(part).orElseThrow();
        Verification verification = new Verification(repository, List.of(backup), 1);

        byte[] flipped = stored.clone();
        flipped[flipped.length / 2] ^= 1;
        store().replace(part, flipped);
        assertThat(verification.objects()).isEmpty();
        assertThat(verification.checksums(_ -> {})).singleElement().asString().contains(part, "is damaged");
        store().delete(part);
        assertThat(verification.objects()).containsExactly(part + " is missing");
    }

    private ObjectStore store() {
        return new DirectoryStore(directory);
    }

    private static Repository repository(ObjectStore store) {
        return new Repository("test", store, new Codec(Compression.ZSTD, Optional.empty()));
    }

    private BackupCatalog catalog() throws ArchiveException {
        return BackupCatalog.read(store(), Optional.empty());
    }

    private static void expire(ObjectStore store, RetentionRule rule, Instant now) throws ArchiveException {
        new Expiry(repository(store), Backups.SYSTEM, false, _ -> {}).run(rule, now);
    }

    private BackupDescription write(Repository repository, String label, Optional<String> parent)
            throws ArchiveException, IOException {
        return write(repository, label, parent, 1000);
    }

    private BackupDescription write(Repository repository, String label, Optional<String> parent, int length)
            throws ArchiveException, IOException {
        BackupName name = new BackupName(Backups.SYSTEM, label);
        try (BackupWriter writer = BackupWriter.begin(repository, name, parent, 1)) {
            try (OutputStream base = writer.archive(BackupDescription.BASE)) {
                base.write(bytes(length));
            }
            writer.archive("16384.tar").write(bytes(length / 2));
            writer.archive(BackupDescription.MANIFEST).write(new byte[] {1, 2, 3});
            List<StoredArchive> archives = writer.finish();
            BackupDescription plan = Backups.backup(label, parent, Instant.now(), 1, 1, 2);
            BackupDescription backup = new BackupDescription(
                    name,
                    plan.scope(),
                    parent,
                    plan.postgresVersion(),
                    plan.wal(),
                    plan.started(),
                    plan.stopped(),
                    List.of(new Tablespace(16_384, "/somewhere")),
                    archives.subList(0, 2),
                    archives.getLast(),
                    plan.madeBy());
            writer.publish(backup);
            return backup;
        }
    }

    private static byte[] content(Repository repository, StoredArchive archive) throws IOException {
        try (InputStream content = new ArchiveReader(repository, archive, 2)) {
            return content.readAllBytes();
        }
    }

    /** The same each time; half of it can't be compressed. */
    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        Arrays.fill(bytes, length / 2, length, (byte) 'x');
        return bytes;
    }

    /** All objects but the one that tells the repository's format. */
    private List<String> names() throws Exception {
        return store().list("").stream()
                .map(StoredObject::name)
                .filter(name -> name.startsWith("backup"))
                .toList();
    }

    private static List<String> described(BackupCatalog catalog) {
        List<String> names = new ArrayList<>();
        for (BackupDescription backup : catalog.backups()) {
            names.add(backup.name().description());
            backup.parts().forEach(part -> names.add(part.object()));
        }
        names.sort(String::compareTo);
        return names;
    }
}
