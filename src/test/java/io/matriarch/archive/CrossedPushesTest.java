package io.matriarch.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.archive.codec.Codec;
import io.matriarch.archive.codec.Compression;
import io.matriarch.archive.codec.KeyRing;
import io.matriarch.archive.codec.Keys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pushes of one file at once, by PostgreSQL and by those who work ahead of it: their steps in every order, and each killed at every step. */
class CrossedPushesTest {
    private static final String CLUSTER = "7654321987654321000";
    private static final String NAME = "00000002.history";
    private static final String OBJECT = "wal/" + CLUSTER + "/00000002/" + NAME;

    @TempDir
    Path directory;

    private Codec codec = Codec.plain();
    private WalSource source = new WalSource(Path.of(""), WalName.parse(NAME).orElseThrow(), CLUSTER, Optional.empty());

    @BeforeEach
    void file() throws Exception {
        Path key = Keys.file(directory.resolve("key"), Keys.FIRST);
        codec = new Codec(Compression.ZSTD, Optional.of(KeyRing.read(List.of(key))));
        Path file = Files.writeString(directory.resolve(NAME), "1\t0/3000000\tno recovery target specified\n");
        source = new WalSource(file, source.name(), CLUSTER, Optional.empty());
    }

    @Test
    void whatOnePushAcknowledgedHasItsChecksumWhateverHappensToTheOther() throws Exception {
        Choices choices = new Choices();
        int ways = 0;
        do {
            cross(choices);
            ways++;
        } while (choices.next());
        assertThat(ways).isGreaterThan(1000);
    }

    private void cross(Choices choices) throws Exception {
        MemoryStore store = new MemoryStore();
        List<SteppedPush> pushes = IntStream.range(0, 2)
                .mapToObj(_ -> SteppedPush.begin(store, codec, source))
                .toList();
        while (pushes.stream().anyMatch(SteppedPush::isRunning)) {
            List<SteppedPush> running =
                    pushes.stream().filter(SteppedPush::isRunning).toList();
            int move = choices.among(2 * running.size());
            SteppedPush moved = running.get(move / 2);
            if (move % 2 == 0) {
                moved.step();
            } else {
                moved.kill();
            }
            assertThat(moved.failure()).as("%s", choices).isEmpty();
            if (pushes.stream().anyMatch(SteppedPush::isAcknowledged)) {
                requireChecksum(store, choices);
            }
        }
        new CodedWal(new Repository("main", store, codec)).push(source);
        requireChecksum(store, choices);
    }

    private void requireChecksum(MemoryStore store, Choices choices) throws Exception {
        byte[] stored = store.read(OBJECT + codec.suffix()).orElseThrow();
        ChecksumFile recorded = store.read(OBJECT + ChecksumFile.SUFFIX)
                .flatMap(ChecksumFile::parse)
                .orElseThrow();
        assertThat(recorded.stored()).as("%s", choices).isEqualTo(Checksum.of(stored));
        assertThat(recorded.file()).isEqualTo(NAME + codec.suffix());
        assertThat(codec.decode(recorded.file(), stored)).isEqualTo(Files.readAllBytes(source.file()));
    }
}
