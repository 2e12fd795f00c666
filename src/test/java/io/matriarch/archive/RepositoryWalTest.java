package io.matriarch.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.archive.codec.Keys;
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
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WAL in repositories that are configured: several, compressed, encrypted, in S3. */
class RepositoryWalTest {
    private static final String NAME = "000000020000000100000003";
    private static final long CLUSTER = 7_654_321_987_654_321_000L;

    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @TempDir
    Path directory;

    private Path data = Path.of("");
    private Path repository = Path.of("");

    @BeforeEach
    void cluster() throws IOException {
        data = Segments.dataDirectory(directory.resolve("data"), CLUSTER);
        repository = Files.createDirectory(directory.resolve("repository"));
        Keys.file(directory.resolve("first.key"), Keys.FIRST);
        Keys.file(directory.resolve("second.key"), Keys.SECOND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "lz4", "none", "zstd first", "lz4 first", "none first"})
    void whatIsPushedIsFetched(String codec) throws Exception {
        configure(codec);
        Path segment = segment(1);
        assertThat(push(segment)).as(errors::toString).isZero();
        assertThat(push(segment)).as("again").isZero();
        assertThat(fetch()).as(errors::toString).isZero();
        assertThat(wal("fetched")).hasSameBinaryContentAs(segment);
        assertThat(objects()).hasSize(codec.equals("none") ? 2 : 3);
        assertThat(repository.resolve("repository.json").toFile().exists()).isEqualTo(!codec.equals("none"));
        Process check = new ProcessBuilder("sha256sum", "--check", "--strict", NAME + ".sha256")
                .directory(archived().toFile())
                .start();
        assertThat(check.waitFor()).isZero();
    }

    /** What archive_mode=always makes of a takeover: each standby has other bytes after the point where the timeline was left. */
    @ParameterizedTest
    @ValueSource(strings = {"zstd", "none", "zstd first"})
    void whatLiesBehindTheEndOfATimelineMayDiffer(String codec) throws IOException {
        configure(codec);
        Path segment = segment(1);
        assertThat(push(segment)).as(errors::toString).isZero();
        byte[] archived = Files.readAllBytes(segment);
        Files.writeString(wal("00000003.history"), "2\t1/380000\tno recovery target specified\n");
        byte[] other = archived.clone();
        Arrays.fill(other, 0x80000, other.length, (byte) 0);
        assertThat(push(Files.write(segment, other))).as(errors::toString).isZero();
        other[0x7FFFF] ^= 1;
        assertThat(push(Files.write(segment, other))).as("before that point").isEqualTo(WalCommand.FAILURE);
        assertThat(fetch()).isZero();
        assertThat(wal("fetched")).hasBinaryContent(archived);
        Files.delete(wal("00000003.history"));
        other[0x7FFFF] ^= 1;
        assertThat(push(Files.write(segment, other)))
                .as("nothing tells that it ended")
                .isEqualTo(WalCommand.FAILURE);
    }

    @Test
    void aRepositoryOfALaterFormatIsNotTouched() throws IOException {
        configure("none");
        Path segment = segment(1);
        assertThat(push(segment)).isZero();
        Files.writeString(repository.resolve("repository.json"), "{\"format\": 99}");
        assertThat(fetch()).isEqualTo(WalCommand.FATAL);
        assertThat(push(segment)).isEqualTo(WalCommand.FAILURE);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("has the format 99");
    }

    @Test
    void histories() throws IOException {
        configure("zstd first");
        Path history = Files.writeString(wal("00000002.history"), "1\t0/3000000\tno recovery target specified\n");
        assertThat(push(history)).as(errors::toString).isZero();
        assertThat(execute("fetch", "00000002.history", wal("fetched").toString()))
                .isZero();
        assertThat(wal("fetched")).hasSameBinaryContentAs(history);
    }

    /** One name never has two contents, whatever each is stored with. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "none>zstd",
                "zstd>none",
                "zstd>lz4 first",
                "lz4 first>none",
                "zstd first>zstd second first",
                "none>none first"
            })
    void anotherCodecAcceptsTheSameContentAndRefusesAnother(String codecs) throws IOException {
        String[] pair = codecs.split(">", -1);
        configure(pair[0]);
        Path segment = segment(1);
        assertThat(push(segment)).isZero();
        List<String> before = objects();
        boolean readable = !pair[0].contains("first") || pair[1].contains("first");
        configure(pair[1]);
        assertThat(push(segment)).as(errors::toString).isEqualTo(readable ? 0 : 1);
        assertThat(objects()).as("nothing is stored twice").containsAll(before);
        assertThat(objects().stream().filter(name -> name.contains(NAME))).hasSize(2);
        assertThat(push(segment(2))).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .contains(readable ? "is taken by a different file" : "is encrypted");
        configure(pair[0]);
        assertThat(push(segment(1))).as("the first one is still there").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "zstd first"})
    void aPushThatWasCutOffIsFinishedByTheSameContentOnly(String codec) throws IOException {
        configure(codec);
        assertThat(push(segment(1))).isZero();
        Files.delete(object());
        assertThat(push(segment(2))).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("is taken by a different file");
        configure("lz4");
        assertThat(push(segment(1))).as("without the key nobody knows").isEqualTo(codec.equals("zstd") ? 0 : 1);
        configure(codec);
        assertThat(push(segment(1))).as(errors::toString).isZero();
        assertThat(fetch()).isZero();
        assertThat(wal("fetched")).hasBinaryContent(Segments.bytes(NAME, CLUSTER, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "lz4", "zstd first"})
    void damageIsNoticedAndMended(String codec) throws IOException {
        configure(codec);
        assertThat(push(segment(1))).isZero();
        damage(object());
        assertThat(fetch()).isEqualTo(WalCommand.FATAL);
        assertThat(push(segment(2))).isEqualTo(1);
        assertThat(push(segment(1))).as(errors::toString).isZero();
        assertThat(fetch()).isZero();
        Files.write(archived().resolve(NAME + ".sha256"), new byte[0]);
        assertThat(fetch()).isEqualTo(WalCommand.FATAL);
        assertThat(push(segment(2)))
                .as("an object that nothing proves is not replaced")
                .isEqualTo(1);
        assertThat(push(segment(1))).as(errors::toString).isZero();
        assertThat(fetch()).isZero();
    }

    /** Two pushes of the same content that are cut off may leave the checksum of the one and the object of the other. */
    @Test
    void theContentIsProvenByItsMarkToo() throws IOException {
        configure("zstd first");
        assertThat(push(segment(1))).isZero();
        byte[] object = Files.readAllBytes(object());
        Files.delete(object());
        assertThat(push(segment(1))).isZero();
        assertThat(Files.readAllBytes(object())).as("another salt").isNotEqualTo(object);
        Files.write(object(), object);
        assertThat(fetch()).as(errors::toString).isZero();
        assertThat(push(segment(1))).isZero();
    }

    @Test
    void manyPushesOfOneSegmentAtOnceAllSucceed() throws Exception {
        configure("zstd first");
        Path segment = segment(1);
        List<Integer> codes = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                results.add(threads.submit(() -> push(segment)));
            }
            for (Future<Integer> result : results) {
                codes.add(result.get());
            }
        }
        assertThat(codes).as(errors::toString).containsOnly(0);
        assertThat(fetch()).isZero();
    }

    @Test
    void aKeyIsReplacedByConfiguringBoth() throws IOException {
        configure("zstd first");
        assertThat(push(segment(1))).isZero();
        configure("zstd second");
        assertThat(fetch()).isEqualTo(WalCommand.FATAL);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("is encrypted with the key");
        configure("zstd second first");
        assertThat(fetch()).isZero();
    }

    @Test
    void aFileIsArchivedWhenEveryRepositoryHasItAndFetchedFromAny() throws IOException {
        Path other = directory.resolve("other");
        config("    one: {type: directory, path: " + repository + "}\n    two: {type: directory, path: " + other
                + ", compression: none}\n");
        assertThat(push(segment(1))).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("repository two: ", "is it mounted?");
        Files.createDirectory(other);
        assertThat(push(wal(NAME))).isZero();
        damage(object());
        assertThat(fetch()).as("the second has it").isZero();
        assertThat(execute("fetch", "--repository", "one", NAME, wal("fetched").toString()))
                .isEqualTo(WalCommand.FATAL);
        assertThat(execute("push", "--repository", "three", wal(NAME).toString()))
                .isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("no repository three", "one, two");
    }

    @Test
    void theEndOfTheWalIsToldFromARepositoryThatCannotBeTrusted() throws IOException {
        configure("zstd");
        assertThat(fetch()).as("nothing of the cluster").isEqualTo(WalCommand.FATAL);
        push(segment(1));
        assertThat(execute("fetch", "000000020000000100000004", wal("fetched").toString()))
                .isEqualTo(1);
        Files.writeString(repository.resolve("repository.json"), "{\"format\": 3}");
        assertThat(execute("fetch", "000000020000000100000004", wal("fetched").toString()))
                .isEqualTo(WalCommand.FATAL);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("has the format 3");
        assertThat(push(segment(1))).isEqualTo(1);
    }

    @Test
    void aConfigurationThatIsWrongIsExplainedAndArchivesNothing() throws IOException {
        config("    one: {type: directory, path: relative, compression: gzip, encryption_key_file: /key}\n");
        assertThat(push(segment(1))).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .contains("backup.repositories.one.path: 'relative' isn't an absolute path")
                .contains("backup.repositories.one.compression: 'gzip' isn't one of zstd, lz4, none")
                .contains("backup.repositories.one.encryption_key_file: there is no such setting");
        Files.createFile(data.resolve("standby.signal"));
        assertThat(fetch()).as("a standby asks again").isEqualTo(1);
    }

    @Test
    void walGoesToS3AndComesBack() throws Exception {
        try (S3Server server = S3Server.start(Files.createDirectory(directory.resolve("s3")))) {
            Keys.file(directory.resolve("access"), S3Server.ACCESS_KEY);
            Keys.file(directory.resolve("secret"), S3Server.SECRET_KEY);
            String place =
                    "    s3: {type: s3, bucket: herd, prefix: blue, endpoint: '%s', access_key_file: %s, secret_key_file: %s"
                            .formatted(server.endpoint(), directory.resolve("access"), directory.resolve("secret"));
            config(place + ", encryption_key_files: [" + directory.resolve("first.key") + "]}\n");
            assertThat(fetch()).as("nothing of the cluster").isEqualTo(WalCommand.FATAL);
            assertThat(push(segment(1))).as(errors::toString).isZero();
            assertThat(push(segment(1))).as(errors::toString).isZero();
            assertThat(push(segment(2))).isEqualTo(1);
            assertThat(errors.toString(StandardCharsets.UTF_8)).contains("is taken by a different file");
            assertThat(fetch()).as(errors::toString).isZero();
            assertThat(wal("fetched")).hasBinaryContent(Segments.bytes(NAME, CLUSTER, 1));
            assertThat(execute(
                            "fetch", "000000020000000100000004", wal("fetched").toString()))
                    .isEqualTo(1);
            Path object = server.objects().resolve("blue/wal/" + CLUSTER + "/00000002/" + NAME + ".zst.enc");
            damage(object);
            assertThat(fetch()).isEqualTo(WalCommand.FATAL);
            config(place + ", compression: none}\n");
            assertThat(push(segment(1))).as("encrypted without the key").isEqualTo(1);
        }
    }

    /** The commands of docs/repository-format.md. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "zstd", "lz4", "none first", "zstd first", "lz4 first"})
    void aPersonWithAShellGetsItBack(String codec) throws Exception {
        configure(codec);
        assertThat(push(segment(1))).isZero();
        String document = Files.readString(Path.of("docs/repository-format.md"));
        String script =
                document.substring(document.indexOf("    fetch_wal() {"), document.indexOf("With it, `fetch_wal "));
        Path shell = Files.writeString(
                directory.resolve("restore.sh"),
                script.replaceAll("(?m)^    ", "") + "\nKEY_FILE=" + directory.resolve("first.key") + "\nfetch_wal "
                        + archived() + " " + NAME + " " + wal("fetched") + "\n");
        Process process = new ProcessBuilder("bash", "-euo", "pipefail", shell.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("shell.log").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(directory.resolve("shell.log")))
                .isZero();
        assertThat(wal("fetched")).hasBinaryContent(Segments.bytes(NAME, CLUSTER, 1));
    }

    /** @param codec the compression, and the names of keys */
    private void configure(String codec) throws IOException {
        String[] words = codec.split(" ", -1);
        List<String> keys = Arrays.stream(words)
                .skip(1)
                .map(key -> directory.resolve(key + ".key").toString())
                .toList();
        config("    main: {type: directory, path: " + repository + ", compression: " + words[0]
                + ", encryption_key_files: [" + String.join(", ", keys) + "]}\n");
    }

    private void config(String repositories) throws IOException {
        Files.writeString(directory.resolve("patroni.yml"), "scope: x\nbackup:\n  repositories:\n" + repositories);
    }

    private Path archived() {
        return repository.resolve("wal/" + CLUSTER + "/00000002");
    }

    private Path object() throws IOException {
        return Optional.of(objects().stream()
                        .filter(name -> name.contains(NAME) && !name.endsWith(".sha256"))
                        .toList())
                .map(names -> repository.resolve(names.getFirst()))
                .orElseThrow();
    }

    private List<String> objects() throws IOException {
        try (Stream<Path> files = Files.walk(repository)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> repository.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private static void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private Path wal(String name) {
        return data.resolve("pg_wal").resolve(name);
    }

    private Path segment(long seed) throws IOException {
        return Files.write(wal(NAME), Segments.bytes(NAME, CLUSTER, seed));
    }

    private int push(Path source) {
        return execute("push", source.toString());
    }

    private int fetch() {
        return execute("fetch", NAME, wal("fetched").toString());
    }

    private int execute(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(1, List.of("--config", directory.resolve("patroni.yml").toString()));
        return new WalCommand(
                        Map.of(),
                        new PrintStream(errors, true, StandardCharsets.UTF_8),
                        new PrintStream(errors, true, StandardCharsets.UTF_8))
                .execute(all);
    }
}
