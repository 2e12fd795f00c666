package io.matriarch.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.matriarch.archive.ArchiveQueue.Failing;
import io.matriarch.cluster.ArchiveFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Working ahead: what would run in a process of its own runs when the test says so. */
class AheadTest {
    private static final long CLUSTER = 7_654_321_987_654_321_000L;

    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final List<List<String>> started = new ArrayList<>();

    @TempDir
    Path directory;

    private Path data = Path.of("");
    private Path repository = Path.of("");
    private Path spool = Path.of("");

    @BeforeEach
    void cluster() throws IOException {
        data = Segments.dataDirectory(directory.resolve("data"), CLUSTER);
        Files.createDirectory(data.resolve("pg_wal/archive_status"));
        Files.createFile(data.resolve("postmaster.pid"));
        repository = Files.createDirectory(directory.resolve("repository"));
        spool = directory.resolve("spool");
        Files.writeString(directory.resolve("patroni.yml"), """
                backup:
                  repositories:
                    main: {type: directory, path: %s}
                  spool: %s
                  prefetch: 4
                """.formatted(repository, spool));
    }

    @Test
    void theFirstPushOfABurstHasTheOthersArchivedAhead() throws Exception {
        for (int number = 1; number <= 6; number++) {
            ready(number);
        }
        assertThat(push(1)).as(errors::toString).isZero();
        assertThat(started).hasSize(1);
        pushAhead(started.getFirst());
        assertThat(archived()).hasSize(6);
        Files.move(repository, directory.resolve("unmounted"));
        for (int number = 2; number <= 6; number++) {
            assertThat(push(number)).as("no more than a look at the mark").isZero();
        }
        assertThat(started).hasSize(1);
        assertThat(marks()).as("each mark is used once").isEmpty();
        assertThat(push(6)).as("and not believed again").isEqualTo(1);
    }

    @Test
    void aPushWithNothingBehindItStartsNobody() throws Exception {
        ready(1);
        assertThat(push(1)).isZero();
        assertThat(started).isEmpty();
    }

    /** After a rewind, or on another timeline with the same numbers, the file isn't the one that was archived. */
    @Test
    void aMarkIsBelievedForTheVeryFileOnly() throws Exception {
        ready(1);
        ready(2);
        push(1);
        pushAhead(started.getFirst());
        Files.write(wal(2), Segments.bytes(name(2), CLUSTER, 99));
        assertThat(push(2)).as("another content under the same name").isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("is taken by a different file");
    }

    @Test
    void aMarkForOtherRepositoriesIsNotBelieved() throws Exception {
        ready(1);
        ready(2);
        push(1);
        pushAhead(started.getFirst());
        Path second = Files.createDirectory(directory.resolve("second"));
        Path file = directory.resolve("patroni.yml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("  spool:", "    second: {type: directory, path: " + second + "}\n  spool:"));
        assertThat(push(2)).as(errors::toString).isZero();
        assertThat(second.resolve("wal/" + CLUSTER + "/00000001/" + name(2) + ".zst"))
                .exists();
    }

    @Test
    void aTornMarkIsNoMark() throws Exception {
        ready(1);
        ready(2);
        push(1);
        pushAhead(started.getFirst());
        Path mark = spoolOfData().resolve(name(2) + ".mark");
        String text = Files.readString(mark);
        Files.move(repository, directory.resolve("unmounted"));
        for (int length = 0; length < text.length(); length++) {
            Files.writeString(mark, text.substring(0, length));
            assertThat(push(2)).isEqualTo(1);
        }
    }

    @Test
    void marksOfFilesThatNobodyWillAskForAreRemoved() throws Exception {
        for (int number = 1; number <= 3; number++) {
            ready(number);
        }
        push(1);
        pushAhead(started.getFirst());
        assertThat(marks()).hasSize(2);
        for (int number = 1; number <= 3; number++) {
            Files.delete(status(number));
        }
        pushAhead(started.getFirst());
        assertThat(marks()).isEmpty();
    }

    @Test
    void whileTheServerIsDownNothingIsArchivedAhead() throws Exception {
        ready(1);
        ready(2);
        push(1);
        Files.delete(data.resolve("postmaster.pid"));
        pushAhead(started.getFirst());
        assertThat(archived()).hasSize(1);
    }

    @Test
    void whatFailsIsInTheQueue() throws Exception {
        assertThat(queue()).isEqualTo(new ArchiveQueue(0, Optional.empty(), Optional.empty()));
        ready(1);
        ready(2);
        Instant since = Instant.parse("2026-11-27T12:00:00Z");
        Files.setLastModifiedTime(status(2), FileTime.from(since));
        Files.move(repository, directory.resolve("unmounted"));
        assertThat(push(1)).isEqualTo(1);
        pushAhead(started.getFirst());
        ArchiveQueue queue = queue();
        assertThat(queue.count()).isEqualTo(2);
        assertThat(queue.oldest()).contains(since);
        assertThat(queue.failing().map(Failing::file)).contains(name(1));
        assertThat(queue.failing().orElseThrow().error()).contains("is it mounted?");
        assertThat(queue.with(Optional.of(new ArchiveFailure(name(2), since))))
                .as("PostgreSQL knows less")
                .isEqualTo(queue);
        Files.move(directory.resolve("unmounted"), repository);
        assertThat(push(1)).isZero();
        assertThat(queue().failing().map(Failing::file)).contains(name(2));
        assertThat(push(2)).isZero();
        assertThat(queue().failing()).isEmpty();
    }

    @Test
    void aSpoolThatOthersCanWriteIntoIsRefused() throws Exception {
        Files.createDirectory(spool);
        Files.setPosixFilePermissions(spool, PosixFilePermissions.fromString("rwxrwxrwx"));
        ready(1);
        assertThat(push(1)).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("others can write into the spool");
    }

    @Test
    void aFetchHasTheNextSegmentsFetchedAhead() throws Exception {
        for (int number = 1; number <= 9; number++) {
            ready(number);
            push(number);
        }
        started.clear();
        assertThat(fetch(1)).as(errors::toString).isZero();
        assertThat(started).hasSize(1);
        run(started.getFirst());
        assertThat(fetchedAhead()).containsExactly(name(2), name(3), name(4), name(5));
        started.clear();
        Files.move(repository, directory.resolve("unmounted"));
        assertThat(fetch(2)).as(errors::toString).isZero();
        assertThat(fetch(3)).isZero();
        assertThat(Files.readAllBytes(data.resolve("pg_wal/RECOVERYXLOG")))
                .isEqualTo(Segments.bytes(name(3), CLUSTER, 3));
        assertThat(started).as("half of them are gone").isNotEmpty();
        Files.move(directory.resolve("unmounted"), repository);
        run(started.getLast());
        assertThat(fetchedAhead()).containsExactly(name(4), name(5), name(6), name(7));
    }

    @Test
    void aSegmentThatRottedInTheSpoolIsFetchedAgain() throws Exception {
        for (int number = 1; number <= 3; number++) {
            ready(number);
            push(number);
        }
        started.clear();
        fetch(1);
        run(started.getFirst());
        Path ahead = spoolOfData().resolve(name(2) + ".wal");
        byte[] bytes = Files.readAllBytes(ahead);
        bytes[5000] ^= 1;
        Files.write(ahead, bytes);
        assertThat(fetch(2)).isZero();
        assertThat(Files.readAllBytes(data.resolve("pg_wal/RECOVERYXLOG")))
                .isEqualTo(Segments.bytes(name(2), CLUSTER, 2));
    }

    @Test
    void theEndOfTheWalIsNotRemembered() throws Exception {
        ready(1);
        push(1);
        started.clear();
        fetch(1);
        run(started.getFirst());
        assertThat(fetch(2)).isEqualTo(1);
        ready(2);
        push(2);
        assertThat(fetch(2)).isZero();
    }

    @Test
    void afterAChangeOfTheTimelineWhatWasFetchedAheadIsRemoved() throws Exception {
        for (int number = 1; number <= 3; number++) {
            ready(number);
            push(number);
        }
        started.clear();
        fetch(1);
        run(started.getFirst());
        assertThat(fetchedAhead()).hasSize(2);
        String other = "00000002" + name(2).substring(8);
        run(List.of(
                "wal",
                Ahead.FETCH,
                "--config",
                directory.resolve("patroni.yml").toString(),
                other,
                data.resolve("pg_wal/RECOVERYXLOG").toString(),
                Integer.toString(Segments.SIZE)));
        assertThat(fetchedAhead()).isEmpty();
    }

    /** Lets one run until it has nothing left to do, and then end because the server is down. */
    private void pushAhead(List<String> command) throws Exception {
        Thread ahead = Thread.ofPlatform().start(() -> run(command));
        Path current = Path.of(command.getLast()).getFileName();
        await().atMost(60, TimeUnit.SECONDS).until(() -> !ahead.isAlive() || marks().equals(waiting(current)));
        boolean runs = Files.deleteIfExists(data.resolve("postmaster.pid"));
        ahead.join();
        if (runs) {
            Files.createFile(data.resolve("postmaster.pid"));
        }
    }

    private List<String> waiting(Path current) throws IOException {
        return files(data, ".ready").stream()
                .filter(name -> !name.equals(current.toString()))
                .toList();
    }

    private int run(List<String> command) {
        assertThat(command.getFirst()).isEqualTo("wal");
        return command(command.subList(1, command.size()));
    }

    private ArchiveQueue queue() throws IOException {
        return ArchiveQueue.read(data, Optional.of(spool));
    }

    private void ready(int number) throws IOException {
        Files.write(wal(number), Segments.bytes(name(number), CLUSTER, number));
        Files.createFile(status(number));
    }

    private Path wal(int number) {
        return data.resolve("pg_wal").resolve(name(number));
    }

    private Path status(int number) {
        return data.resolve("pg_wal/archive_status").resolve(name(number) + ".ready");
    }

    private static String name(int number) {
        return "0000000100000000%08X".formatted(number);
    }

    private List<String> archived() throws IOException {
        return files(repository, ".zst");
    }

    private List<String> marks() throws IOException {
        return files(spool, ".mark");
    }

    private List<String> fetchedAhead() throws IOException {
        return files(spool, ".wal");
    }

    private Path spoolOfData() throws IOException {
        try (Stream<Path> files = Files.list(spool)) {
            return files.findFirst().orElseThrow();
        }
    }

    private static List<String> files(Path root, String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(suffix))
                    .map(file -> file.substring(0, file.length() - suffix.length()))
                    .sorted()
                    .toList();
        }
    }

    private int push(int number) {
        return command(List.of(
                "push",
                "--config",
                directory.resolve("patroni.yml").toString(),
                wal(number).toString()));
    }

    private int fetch(int number) {
        return command(List.of(
                "fetch",
                "--config",
                directory.resolve("patroni.yml").toString(),
                name(number),
                data.resolve("pg_wal/RECOVERYXLOG").toString()));
    }

    private int command(List<String> arguments) {
        PrintStream stream = new PrintStream(errors, true, StandardCharsets.UTF_8);
        return new WalCommand(Map.of(), stream, stream, started::add).execute(arguments);
    }
}
