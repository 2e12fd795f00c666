package io.matriarch.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WalCommandTest {
    private static final String NAME = "000000020000000100000003";
    private static final long CLUSTER = 7_654_321_987_654_321_000L;
    private static final long OTHER_CLUSTER = -2; // an identifier beyond 2^63, to be read as unsigned

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @TempDir
    Path directory;

    private Path repository = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void cluster() throws IOException {
        repository = Files.createDirectory(directory.resolve("repository"));
        data = Segments.dataDirectory(directory.resolve("data"), CLUSTER);
    }

    @Test
    void whatIsPushedIsFetched() throws IOException {
        Path segment = segment(NAME, CLUSTER, 1);
        assertThat(push(segment)).isZero();
        Path fetched = wal("RECOVERYXLOG");
        assertThat(fetch(NAME, fetched)).isZero();
        assertThat(fetched).hasSameBinaryContentAs(segment);
        assertThat(filesIn(data.resolve("pg_wal"))).containsExactly(NAME, "RECOVERYXLOG");
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    /** A former primary's: the server follows timeline 3, which left timeline 2 in the middle of this segment. */
    @Test
    void aSegmentEndsWhereTheFollowedTimelineLeftItsOwn() throws IOException {
        Path segment = segment(NAME, CLUSTER, 1);
        byte[] archived = Files.readAllBytes(segment);
        assertThat(push(segment)).isZero();
        Files.writeString(wal("00000003.history"), "1\t0/1000\tbefore\n\n2\t1/380000\tno recovery target specified\n");
        assertThat(fetch(NAME, wal("RECOVERYXLOG"))).isZero();
        byte[] fetched = Files.readAllBytes(wal("RECOVERYXLOG"));
        assertThat(fetched).hasSameSizeAs(archived);
        assertThat(Arrays.mismatch(fetched, archived)).isEqualTo(0x80000);
        assertThat(Arrays.copyOfRange(fetched, 0x80000, fetched.length)).containsOnly(0);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains(NAME + " goes on with what");

        assertThat(fetch(NAME, wal(NAME))).as("pg_rewind wants all of it").isZero();
        assertThat(wal(NAME)).hasBinaryContent(archived);
    }

    @Test
    void aSegmentOfAfterTheFollowedTimelineLeftItsOwnIsNotGiven() throws IOException {
        push(segment(NAME, CLUSTER, 1));
        Files.writeString(wal("00000003.history"), "2\t1/300000\tno recovery target specified\n");
        assertThat(fetch(NAME, wal("RECOVERYXLOG"))).isEqualTo(WalCommand.FAILURE);
        assertThat(wal("RECOVERYXLOG")).doesNotExist();
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains(NAME + " begins after the timeline");
    }

    /** Timelines that aren't newer, or begin later, say nothing. */
    @Test
    void otherHistoriesLeaveASegmentAsItIs() throws IOException {
        Path segment = segment(NAME, CLUSTER, 1);
        push(segment);
        Files.writeString(wal("00000002.history"), "1\t0/1000\tbefore\n");
        Files.writeString(wal("00000003.history"), "2\t1/380000\tan older attempt\n");
        Files.writeString(wal("00000004.history"), "2\t1/400000\tafter it\n");
        assertThat(fetch(NAME, wal("RECOVERYXLOG"))).isZero();
        assertThat(wal("RECOVERYXLOG")).hasSameBinaryContentAs(segment);
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void theRepositoryHoldsPlainFilesWithChecksumsThatAShellCanCheck() throws Exception {
        push(segment(NAME, CLUSTER, 1));
        assertThat(filesIn(archived())).containsExactly(NAME, NAME + ".sha256");
        Process check = new ProcessBuilder("sha256sum", "--check", "--strict", NAME + ".sha256")
                .directory(archived().toFile())
                .start();
        assertThat(check.waitFor()).isZero();
    }

    @Test
    void historiesBackupLabelsAndPartialSegmentsAreArchivedToo() throws IOException {
        Path history = Files.writeString(wal("00000002.history"), "1\t0/3000000\tno recovery target specified\n");
        Path label = Files.writeString(wal(NAME + ".00000028.backup"), "START WAL LOCATION: 0/28\n");
        Path partial = Files.write(wal(NAME + ".partial"), Segments.bytes(NAME, CLUSTER, 1));
        for (Path file : List.of(history, label, partial)) {
            assertThat(push(file)).as(errors::toString).isZero();
            assertThat(fetch(file.getFileName().toString(), wal("fetched"))).isZero();
            assertThat(wal("fetched")).hasSameBinaryContentAs(file);
        }
    }

    @Test
    void theSameSegmentMayBePushedAgain() throws IOException {
        Path segment = segment(NAME, CLUSTER, 1);
        push(segment);
        assertThat(push(segment)).isZero();
        assertThat(filesIn(archived())).containsExactly(NAME, NAME + ".sha256");
    }

    @Test
    void aDifferentSegmentOfTheSameNameIsRefusedAndTheFirstOneKept() throws IOException {
        push(segment(NAME, CLUSTER, 1));
        assertThat(push(segment(NAME, CLUSTER, 2))).isEqualTo(WalCommand.FAILURE);
        assertComplaint("is taken by a different file");
        assertThat(archived().resolve(NAME)).hasBinaryContent(Segments.bytes(NAME, CLUSTER, 1));
        assertThat(filesIn(archived())).containsExactly(NAME, NAME + ".sha256");
    }

    @Test
    void aSegmentThatRottedInTheRepositoryIsMendedByPushingItAgain() throws IOException {
        Path segment = segment(NAME, CLUSTER, 1);
        push(segment);
        damage(archived().resolve(NAME));
        assertThat(push(segment)).isZero();
        assertThat(fetch(NAME, wal("fetched"))).isZero();
    }

    @Test
    void aChecksumThatRottedIsMendedToo() throws IOException {
        Path segment = segment(NAME, CLUSTER, 1);
        push(segment);
        Files.writeString(archived().resolve(NAME + ".sha256"), "0".repeat(64) + "  " + NAME + "\n");
        assertThat(fetch(NAME, wal("fetched"))).isEqualTo(WalCommand.FATAL);
        assertThat(push(segment)).isZero();
        assertThat(fetch(NAME, wal("fetched"))).isZero();
    }

    @Test
    void aSegmentOfAnotherClusterIsRefused() throws IOException {
        assertThat(push(segment(NAME, OTHER_CLUSTER, 1))).isEqualTo(WalCommand.FAILURE);
        assertComplaint("belongs to the cluster 18446744073709551614, not to " + CLUSTER);
        assertThat(filesIn(repository)).isEmpty();
    }

    @Test
    void aSegmentUnderAnotherName() throws IOException {
        Path renamed = Files.write(wal("000000020000000100000004"), Segments.bytes(NAME, CLUSTER, 1));
        assertThat(push(renamed)).isEqualTo(WalCommand.FAILURE);
        assertComplaint("holds another segment than its name says");
    }

    @Test
    void aSegmentOfALaterTimelineThanItsNameSays() throws IOException {
        Path renamed = Files.write(wal("000000010000000100000003"), Segments.bytes(NAME, CLUSTER, 1));
        assertThat(push(renamed)).isEqualTo(WalCommand.FAILURE);
        assertComplaint("holds timeline 2");
    }

    @Test
    void theFirstSegmentAfterAPromotionBeginsOnTheOlderTimeline() throws IOException {
        Path first = Files.write(wal("000000030000000100000003"), Segments.bytes(NAME, CLUSTER, 1));
        assertThat(push(first)).isZero();
    }

    @Test
    void aTruncatedSegment() throws IOException {
        byte[] half = java.util.Arrays.copyOf(Segments.bytes(NAME, CLUSTER, 1), Segments.SIZE / 2);
        assertThat(push(Files.write(wal(NAME), half))).isEqualTo(WalCommand.FAILURE);
        assertComplaint("has 524288 bytes, but its header says 1048576");
    }

    @Test
    void somethingElseThanASegment() throws IOException {
        assertThat(push(Files.write(wal(NAME), new byte[Segments.SIZE]))).isEqualTo(WalCommand.FAILURE);
        assertComplaint("doesn't begin with the header of a WAL segment");
    }

    @Test
    void twoClustersShareARepositoryWithoutMixing() throws IOException {
        Path other = Segments.dataDirectory(directory.resolve("other"), OTHER_CLUSTER);
        Path theirs = Files.write(other.resolve("pg_wal").resolve(NAME), Segments.bytes(NAME, OTHER_CLUSTER, 9));
        assertThat(push(segment(NAME, CLUSTER, 1))).isZero();
        assertThat(push(theirs)).isZero();
        assertThat(fetch(NAME, other.resolve("pg_wal").resolve("fetched"))).isZero();
        assertThat(other.resolve("pg_wal").resolve("fetched")).hasSameBinaryContentAs(theirs);
    }

    @Test
    void aMissingSegmentIsTheEndOfTheWal() throws IOException {
        push(segment(NAME, CLUSTER, 1));
        assertThat(fetch("000000020000000100000004", wal("fetched"))).isEqualTo(WalCommand.FAILURE);
        assertComplaint("000000020000000100000004 is not in the repository");
        assertThat(wal("fetched")).doesNotExist();
    }

    @Test
    void aDamagedSegmentIsNotTheEndOfTheWal() throws IOException {
        push(segment(NAME, CLUSTER, 1));
        damage(archived().resolve(NAME));
        assertThat(fetch(NAME, wal("fetched"))).isEqualTo(WalCommand.FATAL);
        assertComplaint("is damaged");
        assertThat(filesIn(data.resolve("pg_wal"))).containsExactly(NAME);
    }

    @Test
    void aStandbyMayAskItsPrimaryInstead() throws IOException {
        push(segment(NAME, CLUSTER, 1));
        damage(archived().resolve(NAME));
        Files.createFile(data.resolve("standby.signal"));
        assertThat(fetch(NAME, wal("fetched"))).isEqualTo(WalCommand.FAILURE);
    }

    @Test
    void aFileWithoutChecksumIsNotTrusted() throws IOException {
        push(segment(NAME, CLUSTER, 1));
        Files.delete(archived().resolve(NAME + ".sha256"));
        assertThat(fetch(NAME, wal("fetched"))).isEqualTo(WalCommand.FATAL);
        assertThat(push(wal(NAME))).as("the source proves it again").isZero();
        assertThat(fetch(NAME, wal("fetched"))).isZero();
    }

    @Test
    void aRepositoryThatIsNotThereIsNotTheEndOfTheWal() throws IOException {
        Path segment = segment(NAME, CLUSTER, 1);
        Files.delete(repository);
        assertThat(fetch(NAME, wal("fetched"))).isEqualTo(WalCommand.FATAL);
        assertThat(push(segment)).isEqualTo(WalCommand.FAILURE);
        assertThat(repository).doesNotExist();
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("is it mounted?");
    }

    /** As a mount point looks while nothing is mounted, or the repository of others. */
    @Test
    void aRepositoryWithNothingOfTheClusterIsNotTheEndOfTheWal() throws IOException {
        assertThat(fetch(NAME, wal("fetched"))).isEqualTo(WalCommand.FATAL);
        assertComplaint("holds nothing of the cluster " + CLUSTER);
        Path other = Segments.dataDirectory(directory.resolve("other"), OTHER_CLUSTER);
        Path theirs = Files.write(other.resolve("pg_wal").resolve(NAME), Segments.bytes(NAME, OTHER_CLUSTER, 9));
        assertThat(push(theirs)).isZero();
        assertThat(fetch(NAME, wal("fetched"))).isEqualTo(WalCommand.FATAL);
        Files.createFile(data.resolve("standby.signal"));
        assertThat(fetch(NAME, wal("fetched"))).as("a standby asks again").isEqualTo(WalCommand.FAILURE);
    }

    @Test
    void leftoversOfAPowerFailureAreIgnored() throws IOException {
        Files.createDirectories(archived());
        Files.write(archived().resolve("." + NAME + ".1-2.tmp"), new byte[100]);
        Files.writeString(archived().resolve(NAME + ".sha256"), "");
        assertThat(fetch(NAME, wal("fetched"))).isEqualTo(WalCommand.FAILURE);
        assertThat(push(segment(NAME, CLUSTER, 1))).isZero();
        assertThat(fetch(NAME, wal("fetched"))).isZero();
    }

    @Test
    void aPushThatWasCutOffAfterTheChecksumIsFinishedByTheNext() throws IOException {
        Path segment = segment(NAME, CLUSTER, 1);
        push(segment);
        Files.delete(archived().resolve(NAME));
        assertThat(fetch(NAME, wal("fetched"))).isEqualTo(WalCommand.FAILURE);
        assertThat(push(segment)).isZero();
        assertThat(fetch(NAME, wal("fetched"))).isZero();
    }

    @Test
    void manyPushesOfOneSegmentAtOnceAllSucceed() throws Exception {
        Path segment = segment(NAME, CLUSTER, 1);
        assertThat(atOnce(8, () -> push(segment))).containsOnly(0);
        assertThat(filesIn(archived())).containsExactly(NAME, NAME + ".sha256");
        assertThat(fetch(NAME, wal("fetched"))).isZero();
    }

    @Test
    void ofDifferentSegmentsAtOnceOneWinsAndIsWhole() throws Exception {
        Path first = segment(NAME, CLUSTER, 1);
        Path elsewhere = Segments.dataDirectory(directory.resolve("twin"), CLUSTER);
        Path second = Files.write(elsewhere.resolve("pg_wal").resolve(NAME), Segments.bytes(NAME, CLUSTER, 2));
        List<Path> sources = new ArrayList<>(List.of(first, second));
        List<Integer> codes = atOnce(2, () -> {
            Path source;
            synchronized (sources) {
                source = sources.removeFirst();
            }
            return push(source);
        });
        assertThat(codes).containsExactlyInAnyOrder(0, WalCommand.FAILURE);
        assertThat(fetch(NAME, wal("fetched"))).isZero();
    }

    @Test
    void mistakesInTheArgumentsAreExplained() {
        assertThat(execute("push", "--repository", repository.toString())).isEqualTo(WalCommand.USAGE);
        assertComplaint("usage:");
        assertThat(execute("push", "--repo=x", "p")).isEqualTo(WalCommand.USAGE);
        assertThat(execute("push", "p")).isEqualTo(WalCommand.USAGE);
        assertThat(execute("fetch", NAME)).isEqualTo(WalCommand.FATAL);
        assertThat(execute(
                        "fetch",
                        "--repository",
                        repository.toString(),
                        "../x",
                        wal("fetched").toString()))
                .isEqualTo(WalCommand.FATAL);
        assertThat(execute("push", "--system-identifier=../x", "--repository=" + repository, "p"))
                .isEqualTo(WalCommand.USAGE);
        assertThat(execute(
                        "push", "--repository", repository.toString(), wal(NAME).toString()))
                .isEqualTo(WalCommand.FAILURE);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("no such file or directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "push --help", "fetch --help", "push -h", "fetch -h"})
    void helpIsNoError(String arguments) {
        assertThat(execute(arguments.split(" ", -1))).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8))
                .startsWith("Usage: matriarch wal push ")
                .contains("--repository DIR", "--system-identifier NUMBER", "Exit codes: ");
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    /** PostgreSQL would take the segment for archived. */
    @Test
    void whereAPathMightStandNothingIsTakenForAWishForHelp() {
        assertThat(execute("push", "--repository", "--help")).isEqualTo(WalCommand.USAGE);
        assertThat(execute("push", "p", "--help")).isEqualTo(WalCommand.USAGE);
        assertThat(execute("fetch", NAME, "--help")).isEqualTo(WalCommand.FATAL);
        assertThat(output.size()).isZero();
    }

    @Test
    void theEnvironmentMayNameTheRepository() throws IOException {
        Path segment = segment(NAME, CLUSTER, 1);
        WalCommand command = new WalCommand(
                Map.of(WalCommand.VARIABLE, repository.toString()),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8));
        assertThat(command.execute(List.of("push", segment.toString()))).isZero();
        assertThat(archived().resolve(NAME)).exists();
    }

    @Test
    void aPersonMayRestoreAnywhereByNamingTheCluster() throws IOException {
        Path segment = segment(NAME, CLUSTER, 1);
        push(segment);
        Path anywhere = directory.resolve("here");
        assertThat(execute(
                        "fetch",
                        "--repository=" + repository,
                        "--system-identifier=" + CLUSTER,
                        NAME,
                        anywhere.toString()))
                .isZero();
        assertThat(anywhere).hasSameBinaryContentAs(segment);
    }

    @Property(tries = 60)
    void anyFlippedByteIsNoticed(
            @ForAll @IntRange(max = Segments.SIZE - 1) int position, @ForAll @IntRange(min = 1, max = 255) int flip)
            throws IOException {
        Path place = Files.createTempDirectory("archive");
        WalCommandTest test = new WalCommandTest();
        test.directory = place;
        test.cluster();
        assertThat(test.push(test.segment(NAME, CLUSTER, position))).isZero();
        Path archived = test.archived().resolve(NAME);
        byte[] bytes = Files.readAllBytes(archived);
        bytes[position] ^= (byte) flip;
        Files.write(archived, bytes);
        assertThat(test.fetch(NAME, test.wal("fetched"))).isEqualTo(WalCommand.FATAL);
        try (Stream<Path> files = Files.walk(place)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private <T> List<T> atOnce(int times, Callable<T> task) throws Exception {
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(times)) {
            for (Future<T> result : threads.invokeAll(java.util.Collections.nCopies(times, task))) {
                results.add(result.get());
            }
        }
        return results;
    }

    private Path wal(String name) {
        return data.resolve("pg_wal").resolve(name);
    }

    private Path segment(String name, long systemIdentifier, long seed) throws IOException {
        return Files.write(wal(name), Segments.bytes(name, systemIdentifier, seed));
    }

    private Path archived() {
        return repository.resolve("wal").resolve(Long.toString(CLUSTER)).resolve(NAME.substring(0, 8));
    }

    private static void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private static List<String> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private int push(Path source) {
        return execute("push", "--repository", repository.toString(), source.toString());
    }

    private int fetch(String name, Path destination) {
        return execute("fetch", "--repository", repository.toString(), name, destination.toString());
    }

    private int execute(String... arguments) {
        return new WalCommand(
                        Map.of(),
                        new PrintStream(output, true, StandardCharsets.UTF_8),
                        new PrintStream(errors, true, StandardCharsets.UTF_8))
                .execute(List.of(arguments));
    }

    /** One line that says what's wrong. */
    private void assertComplaint(String text) {
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains(text).hasLineCount(1);
    }
}
