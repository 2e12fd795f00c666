package io.matriarch.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.backup.BackupName;
import io.matriarch.archive.backup.BackupName.Kind;
import io.matriarch.archive.backup.BackupWriter;
import io.matriarch.archive.backup.StoredArchive;
import io.matriarch.archive.codec.Codec;
import io.matriarch.archive.codec.Compression;
import io.matriarch.archive.store.DirectoryStore;
import io.matriarch.archive.store.ObjectStore;
import io.matriarch.archive.store.StoredObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dumps in a repository that is a directory, beside what base backups have there. */
class DumpExpiryTest {
    private static final DumpRetention ONE = new DumpRetention(Optional.of(1), Optional.empty());
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    @TempDir
    Path directory;

    private final List<String> told = new ArrayList<>();

    @Test
    void whatNoRuleKeepsGoes() throws Exception {
        write("old", NOW.minus(Duration.ofDays(2)));
        write("new", NOW);
        store().create("backup-parts/" + Examples.SYSTEM + "/old/base.tar.00000001", new byte[1]);
        assertThat(expiry(true).run(ONE, NOW)).containsExactly("old");
        assertThat(names()).hasSize(6);
        assertThat(expiry(false).run(ONE, NOW)).containsExactly("old");
        assertThat(told)
                .containsExactly(
                        "would remove dump old of 2026-11-25T12:00:00Z", "removes dump old of 2026-11-25T12:00:00Z");
        assertThat(names()).hasSize(3).allMatch(name -> name.contains("/new/"));
        assertThat(store().find("backup-parts/" + Examples.SYSTEM + "/old/base.tar.00000001"))
                .isPresent();
    }

    @Test
    void theNewestCompleteOneStays() throws Exception {
        write("old", NOW.minus(Duration.ofDays(2)));
        write("new", NOW);
        store().delete("dump-parts/" + Examples.SYSTEM + "/new/16388.tar.00000001.zst");
        assertThat(expiry(false).run(ONE, NOW)).isEmpty();
    }

    @Test
    void whatKilledOnesLeftGoes() throws Exception {
        write("whole", NOW);
        List<String> whole = names();
        BackupWriter killed = begin("killed");
        killed.archive("globals.sql").write(1);
        killed.finish();
        store().create("dump-parts/" + Examples.SYSTEM + "/unexplained/x", new byte[1]);
        // its process is this one, which lives
        expiry(false).removeLeftovers(Instant.now());
        assertThat(names()).hasSize(whole.size() + 2).noneMatch(name -> name.contains("unexplained"));
        assertThatThrownBy(() -> begin("killed"))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("a dump in progress", "matriarch dump expire");
        // silent for longer than a day
        expiry(false).removeLeftovers(Instant.now().plus(Duration.ofDays(2)));
        assertThat(names()).isEqualTo(whole);
        killed.close();
    }

    @Test
    void nothingGoesWhileSomethingCantBeUnderstood() throws Exception {
        write("old", NOW.minus(Duration.ofDays(2)));
        write("new", NOW);
        store().create("dumps/" + Examples.SYSTEM + "/odd/dump.json", "{}".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> expiry(false).run(ONE, NOW))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("odd/dump.json lacks the number format");
        assertThat(names()).hasSize(7);
        DumpCatalog catalog = DumpCatalog.read(store(), Optional.empty());
        assertThat(catalog.dumps()).extracting(DumpDescription::label).containsExactly("old", "new");
        assertThat(catalog.ofScope("other").dumps()).isEmpty();
        assertThat(catalog.of("1").dumps()).isEmpty();
    }

    private void write(String label, Instant stopped) throws ArchiveException, IOException {
        try (BackupWriter writer = begin(label)) {
            try (OutputStream globals = writer.archive(DumpDescription.GLOBALS)) {
                globals.write(1);
            }
            writer.archive("16388.tar").write(2);
            List<StoredArchive> archives = writer.finish();
            DumpDescription plan =
                    Examples.dump(label, stopped, archives.getLast().parts());
            writer.publish(new DumpDescription(
                            plan.name(),
                            plan.scope(),
                            plan.postgresVersion(),
                            plan.clientVersion(),
                            plan.started(),
                            plan.stopped(),
                            plan.databases(),
                            archives.getFirst(),
                            plan.madeBy())
                    .json());
        }
    }

    private BackupWriter begin(String label) throws ArchiveException {
        return BackupWriter.begin(repository(), new BackupName(Kind.DUMP, Examples.SYSTEM, label), Optional.empty(), 1);
    }

    private DumpExpiry expiry(boolean dryRun) {
        return new DumpExpiry(repository(), Examples.SYSTEM, dryRun, told::add);
    }

    private ObjectStore store() {
        return new DirectoryStore(directory);
    }

    private Repository repository() {
        return new Repository("test", store(), new Codec(Compression.ZSTD, Optional.empty()));
    }

    private List<String> names() throws Exception {
        return store().list("dump").stream().map(StoredObject::name).toList();
    }
}
