package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.HardCase;
import io.matriarch.cluster.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without a server: what is seen, kept and removed, and what an interruption leaves. A cluster here is a folder with a pg_control that no program can read. */
final class DataDirectoryFilesTest {
    @TempDir
    private Path folder;

    private Path data;
    private DataDirectoryFiles files;

    @BeforeEach
    void prepare() {
        data = folder.resolve("data");
        files = files(data);
    }

    private DataDirectoryFiles files(Path directory) {
        PostgresConfiguration configuration = new RealPostgres(folder, "unused").configuration();
        var settings = configuration.local().postgresql();
        return new DataDirectoryFiles(
                directory,
                new ControlFile(new PgTools(settings), directory),
                new ConfigurationFiles(() -> settings, "unused", new PgTools(settings)));
    }

    private static Path cluster(Path directory) throws IOException {
        write(directory.resolve("global/pg_control"));
        write(directory.resolve("base/1/2"));
        Files.writeString(directory.resolve("PG_VERSION"), "15\n");
        return directory;
    }

    private static Path write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "x");
    }

    private boolean empty() {
        return emptyTo(files);
    }

    private static boolean emptyTo(DataDirectoryFiles files) {
        return files.look() instanceof DataDirectory.Empty;
    }

    private List<String> names(Path directory) throws IOException {
        try (var found = Files.list(directory)) {
            return found.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    @HardCase(82)
    void dotfilesAndLostAndFoundAreNothingAndAnythingElseIsSomebodys() throws IOException {
        assertThat(empty()).as("missing").isTrue();
        write(data.resolve(".bash_history"));
        Files.createDirectory(data.resolve("lost+found"));
        assertThat(empty()).isTrue();
        write(data.resolve("notes.txt"));
        assertThat(files.look()).isInstanceOf(DataDirectory.Unreadable.class);
    }

    @Test
    void aStagedClusterIsSeenWhenItIsInstalled() throws IOException {
        Path made = files.stage();
        cluster(made);
        assertThat(empty()).isTrue();
        files.install(made);
        assertThat(empty()).isFalse();
        assertThat(names(data)).containsExactly("PG_VERSION", "base", "global");
    }

    @Test
    void whatSomebodyPutThereMeanwhileIsNotMixedWithIt() throws IOException {
        Path made = cluster(files.stage());
        write(data.resolve("thesis.txt"));
        assertThatThrownBy(() -> files.install(made)).hasMessageContaining("thesis.txt");
        assertThat(names(data)).contains("thesis.txt").doesNotContain("global");
    }

    @Test
    void aMoveInterruptedAnywhereBeforeItsLastStepLeavesAnEmptyDirectoryThatIsCleared() throws IOException {
        cluster(data.resolve(".matriarch-moving-1"));
        Files.move(data.resolve(".matriarch-moving-1/base"), data.resolve("base"));
        assertThat(empty()).isTrue();
        files.clear();
        assertThat(names(data)).isEmpty();
        write(data.resolve("thesis.txt"));
        assertThat(files.look()).as("it isn't ours").isInstanceOf(DataDirectory.Unreadable.class);
    }

    @Test
    void aRemovalInterruptedAnywhereLeavesAnEmptyDirectory() throws IOException {
        cluster(data);
        Files.createDirectory(data.resolve(".matriarch-removing-1"));
        assertThat(empty()).as("pg_control is still there").isFalse();
        Files.move(data.resolve("global"), data.resolve(".matriarch-removing-1/global"));
        assertThat(empty()).isTrue();
        files.clear();
        assertThat(names(data)).isEmpty();
    }

    @Test
    void ofABootstrapThatMadeNothingNothingIsKept() throws IOException {
        write(data.resolve(".bash_history"));
        cluster(files.stage());
        files.setAside();
        assertThat(names(folder)).doesNotContain("data.failed");
        assertThat(names(data)).containsExactly(".bash_history");
        cluster(data);
        files.setAside();
        assertThat(names(folder)).contains("data.failed").doesNotContain("data");
    }

    @Test
    void clearingFollowsWalAndTablespacesAndNoOtherLinks() throws IOException {
        cluster(data);
        write(folder.resolve("wal/000000010000000000000001"));
        write(folder.resolve("space/PG_15_202209061/1/2"));
        write(folder.resolve("space/readme"));
        write(folder.resolve("elsewhere/pg_hba.conf"));
        Files.createSymbolicLink(data.resolve("pg_wal"), folder.resolve("wal"));
        Files.createDirectory(data.resolve("pg_tblspc"));
        Files.createSymbolicLink(data.resolve("pg_tblspc/16384"), folder.resolve("space"));
        Files.createSymbolicLink(data.resolve("pg_hba.conf"), folder.resolve("elsewhere/pg_hba.conf"));
        Files.createSymbolicLink(data.resolve("conf.d"), folder.resolve("elsewhere"));
        write(data.resolve(".note"));
        files.clear();
        assertThat(names(data)).containsExactly(".note");
        assertThat(names(folder.resolve("wal"))).isEmpty();
        assertThat(names(folder.resolve("space"))).containsExactly("readme");
        assertThat(names(folder.resolve("elsewhere"))).containsExactly("pg_hba.conf");
    }

    @Test
    void settingAsideTakesWalAndTablespacesAlongAndReplacesAnOlderOne() throws IOException {
        write(folder.resolve("data.failed/older"));
        cluster(data);
        write(folder.resolve("wal/1"));
        Files.createSymbolicLink(data.resolve("pg_wal"), folder.resolve("wal"));
        files.setAside();
        assertThat(data).doesNotExist();
        assertThat(folder.resolve("wal")).doesNotExist();
        assertThat(names(folder.resolve("data.failed"))).containsExactly("PG_VERSION", "base", "global", "pg_wal");
        assertThat(Files.readSymbolicLink(folder.resolve("data.failed/pg_wal")))
                .isEqualTo(folder.resolve("wal.failed").toRealPath());
    }

    /** As with a mount point; here the name with its suffix is too long for the file system. */
    @Test
    void aDirectoryThatCanNotBeRenamedIsSetAsideWithin() throws IOException {
        data = folder.resolve("d".repeat(252));
        files = files(data);
        cluster(data);
        files.setAside();
        assertThat(empty()).isTrue();
        assertThat(names(data)).containsExactly(".failed");
        assertThat(data.resolve(".failed/global/pg_control")).exists();
        files.install(cluster(files.stage()));
        assertThat(names(data)).containsExactly("PG_VERSION", "base", "global");
    }

    @Test
    void aHalfRewoundClusterCountsAsNothingUntilTheRewindIsDone() throws IOException {
        cluster(data);
        files.rewindBegins();
        assertThat(empty()).as("while it runs").isFalse();
        files.rewindEnded();
        assertThat(empty()).isTrue();
        assertThat(files(data).isHalfRewound()).as("by another agent").isTrue();
        files.rewindBegins();
        files.rewound();
        files.rewindEnded();
        assertThat(empty()).isFalse();
        assertThat(data.resolve("PG_VERSION")).hasContent("15\n");
    }

    @Test
    void anUnfinishedBootstrapCountsAsNothingAndIsKeptAside() throws IOException {
        Path staged = cluster(files.stage());
        files.bootstrapBegins();
        files.install(staged);
        assertThat(empty()).as("while it runs").isFalse();
        assertThat(emptyTo(files(data))).as("to an agent that is started again").isTrue();
        files.bootstrapEnded();
        assertThat(empty()).as("after it failed").isTrue();
        files.setUnfinishedBootstrapAside();
        assertThat(folder.resolve("data.failed/global/pg_control")).exists();
        files.install(cluster(files.stage()));
        assertThat(empty()).as("what is put there later").isFalse();
    }

    @Test
    void aFinishedBootstrapIsAClusterToEverybody() throws IOException {
        Path staged = cluster(files.stage());
        files.bootstrapBegins();
        files.install(staged);
        files.bootstrapped();
        files.bootstrapEnded();
        assertThat(emptyTo(files(data))).isFalse();
        files.setUnfinishedBootstrapAside();
        assertThat(names(data)).containsExactly("PG_VERSION", "base", "global");
    }

    /** As with a mount point. */
    @Test
    void anUnfinishedBootstrapInADirectoryThatCanNotBeRenamedIsKeptWithin() throws IOException {
        data = folder.resolve("d".repeat(252));
        files = files(data);
        cluster(data);
        files.bootstrapBegins();
        files.bootstrapEnded();
        files.setUnfinishedBootstrapAside();
        assertThat(names(data)).containsExactly(".failed");
        files.install(cluster(files.stage()));
        assertThat(empty()).isFalse();
    }
}
