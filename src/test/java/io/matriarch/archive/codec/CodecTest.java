package io.matriarch.archive.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
    private static final KeyRing FIRST = ring(Keys.FIRST);
    private static final KeyRing SECOND = ring(Keys.SECOND);
    private static final KeyRing ROTATED = ring(Keys.SECOND, Keys.FIRST);

    @TempDir
    Path directory;

    @Property(tries = 100)
    void whatIsEncodedIsDecoded(
            @ForAll Compression compression, @ForAll boolean encrypted, @ForAll @Size(max = 3000) byte[] content)
            throws CodecException {
        Codec codec = new Codec(compression, encrypted ? Optional.of(FIRST) : Optional.empty());
        assertThat(codec.decode("name" + codec.suffix(), codec.encode(content))).isEqualTo(content);
        assertThat(Codec.contentName("dir/name" + codec.suffix())).isEqualTo("dir/name");
        assertThat(Codec.suffixes()).contains(codec.suffix());
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void contentOfManyBlocksIsDecodedToo(Compression compression) throws CodecException {
        Codec codec = new Codec(compression, Optional.of(FIRST));
        for (int size : new int[] {4 << 20, (4 << 20) + 1, 17 << 20}) {
            byte[] content = halfRandom(size);
            byte[] stored = size % 2 == 0 ? codec.encode(content) : codec.encodeAtOnce(content);
            assertThat(Arrays.equals(codec.decode("a" + codec.suffix(), stored), content))
                    .as("%d bytes", size)
                    .isTrue();
            assertThat(compression == Compression.NONE || stored.length < 0.6 * size)
                    .as("it's smaller")
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void severalProcessorsEncodeWhatOneDoes(Compression compression) {
        Codec codec = new Codec(compression, Optional.empty());
        byte[] content = halfRandom(17 << 20);
        assertThat(Arrays.equals(codec.encodeAtOnce(content), codec.encode(content)))
                .isTrue();
    }

    @Property(tries = 300)
    void anyFlippedByteOfAnEncryptedObjectIsNoticed(
            @ForAll @IntRange(max = 10_000) int position, @ForAll @IntRange(min = 1, max = 255) int flip) {
        Codec codec = new Codec(Compression.ZSTD, Optional.of(FIRST));
        byte[] stored = codec.encode("an elephant never forgets".repeat(3).getBytes(StandardCharsets.US_ASCII));
        stored[position % stored.length] ^= (byte) flip;
        assertThatThrownBy(() -> codec.decode("a.zst.enc", stored)).isInstanceOf(CodecException.class);
    }

    @Property(tries = 100)
    void aTruncatedObjectIsNoticed(@ForAll Compression compression, @ForAll @IntRange(min = 1, max = 150) int missing) {
        Codec codec = new Codec(compression, Optional.of(FIRST));
        byte[] stored = codec.encode(halfRandom(200));
        byte[] cut = Arrays.copyOf(stored, stored.length - missing);
        assertThatThrownBy(() -> codec.decode("a" + codec.suffix(), cut)).isInstanceOf(CodecException.class);
    }

    @Property(tries = 300)
    void damagedFramesOfLz4NeverGiveOtherContentNorOtherExceptions(
            @ForAll @IntRange(max = 5000) int position, @ForAll @IntRange(min = 1, max = 255) int flip) {
        byte[] content = halfRandom(4000);
        byte[] stored = Compression.LZ4.compress(content, false);
        stored[position % stored.length] ^= (byte) flip;
        assertThatThrownBy(() -> Compression.LZ4.decompress(stored, Codec.LARGEST))
                .isInstanceOf(CodecException.class);
    }

    @Test
    void theFirstKeyEncryptsAndAllDecrypt() throws CodecException {
        byte[] content = {1, 2, 3};
        byte[] old = new Codec(Compression.NONE, Optional.of(FIRST)).encode(content);
        Codec rotated = new Codec(Compression.NONE, Optional.of(ROTATED));
        byte[] young = rotated.encode(content);
        assertThat(rotated.decode("a.enc", old)).isEqualTo(content);
        assertThat(new Codec(Compression.NONE, Optional.of(SECOND)).decode("a.enc", young))
                .isEqualTo(content);
        assertThatThrownBy(() -> new Codec(Compression.NONE, Optional.of(SECOND)).decode("a.enc", old))
                .hasMessageContaining("is encrypted with the key " + FIRST.ids().getFirst())
                .hasMessageContaining(SECOND.ids().getFirst());
        assertThatThrownBy(() -> Codec.plain().decode("a.enc", old)).hasMessageContaining("no encryption_key_files");
    }

    @Test
    void noTwoObjectsShareTheirKeystream() {
        Codec codec = new Codec(Compression.NONE, Optional.of(FIRST));
        byte[] content = new byte[64];
        byte[] one = Arrays.copyOfRange(codec.encode(content), 48, 112);
        byte[] other = Arrays.copyOfRange(codec.encode(content), 48, 112);
        assertThat(one).isNotEqualTo(other);
    }

    @Test
    void aKeyThatEverybodyCanReadIsRefused() throws Exception {
        Path file = Keys.file(directory.resolve("key"), Keys.FIRST + "\n");
        assertThat(KeyRing.read(List.of(file)).ids()).isEqualTo(FIRST.ids());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> KeyRing.read(List.of(file)))
                .hasMessageContaining(file + " can be read by every user")
                .hasMessageContaining("chmod");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0011", "zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "ü"})
    void aFileWithSomethingElseIsNoKeyAndIsNotShown(String content) throws Exception {
        Path file = Keys.file(directory.resolve("key"), content);
        assertThatThrownBy(() -> KeyRing.read(List.of(file)))
                .hasMessageContaining("doesn't hold a key")
                .hasMessageContaining("openssl rand -hex 32")
                .hasNoCause();
        assertThatThrownBy(() -> KeyRing.read(List.of(directory.resolve("none"))))
                .hasMessageContaining("no such file");
    }

    /** What Debian's programs make of it, also of several parts in a row. */
    @ParameterizedTest
    @EnumSource(
            names = {"ZSTD", "LZ4"},
            value = Compression.class)
    void zstdAndLz4ReadIt(Compression compression) throws Exception {
        byte[] content = halfRandom(9 << 20);
        ByteArrayOutputStream parts = new ByteArrayOutputStream();
        parts.write(compression.compress(Arrays.copyOf(content, 5 << 20), true));
        parts.write(compression.compress(Arrays.copyOfRange(content, 5 << 20, content.length), false));
        parts.write(compression.compress(new byte[0], true));
        Path file = Files.write(directory.resolve("parts" + compression.suffix()), parts.toByteArray());
        Path decompressed = directory.resolve("whole");
        shell((compression == Compression.ZSTD ? "zstd" : "lz4") + " -q -d < " + file + " > " + decompressed);
        assertThat(Files.mismatch(Files.write(directory.resolve("content"), content), decompressed))
                .isEqualTo(-1);
        assertThat(Arrays.equals(compression.decompress(parts.toByteArray(), Codec.LARGEST), content))
                .as("and so do we")
                .isTrue();
    }

    /** The frame of lz4's own program may have blocks that need others; zstd has one kind of frame. */
    @Test
    void whatZstdWritesIsReadAndWhatLz4WritesIsReadOrRefused() throws Exception {
        byte[] content = halfRandom(3 << 20);
        Path file = Files.write(directory.resolve("content"), content);
        shell("zstd -q -19 -k " + file + " && lz4 -q -k -B7 " + file + " " + file + ".lz4");
        assertThat(Arrays.equals(
                        Compression.ZSTD.decompress(Files.readAllBytes(Path.of(file + ".zst")), Codec.LARGEST),
                        content))
                .isTrue();
        try {
            byte[] read = Compression.LZ4.decompress(Files.readAllBytes(Path.of(file + ".lz4")), Codec.LARGEST);
            assertThat(Arrays.equals(read, content)).isTrue();
        } catch (CodecException e) {
            assertThat(e).hasMessageContaining("lz4 data that Matriarch didn't write");
        }
    }

    @Test
    void moreContentThanAnObjectMayHaveIsRefused() {
        byte[] bomb = Compression.ZSTD.compress(new byte[2 << 20], false);
        assertThatThrownBy(() -> Compression.ZSTD.decompress(bomb, 1 << 20)).hasMessageContaining("more than");
        byte[] other = Compression.LZ4.compress(new byte[2 << 20], false);
        assertThatThrownBy(() -> Compression.LZ4.decompress(other, 1 << 20)).isInstanceOf(CodecException.class);
    }

    private void shell(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-ec", script)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("shell.log").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(directory.resolve("shell.log")))
                .isZero();
    }

    private static byte[] halfRandom(int size) {
        byte[] content = new byte[size];
        Random random = new Random(size);
        for (int at = 0; at < size; at += 2048) {
            byte[] noise = new byte[Math.min(1024, size - at)];
            random.nextBytes(noise);
            System.arraycopy(noise, 0, content, at, noise.length);
        }
        return content;
    }

    private static KeyRing ring(String... keys) {
        return new KeyRing(Arrays.stream(keys)
                .map(key -> new EncryptionKey(HexFormat.of().parseHex(key)))
                .toList());
    }
}
