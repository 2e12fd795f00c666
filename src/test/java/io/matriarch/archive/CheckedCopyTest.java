package io.matriarch.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckedCopyTest {
    @TempDir
    Path directory;

    /** Of nothing, of less than a buffer, of one, and of more than all buffers hold. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 256 * 1024, 5_000_001})
    void theCopyAndItsChecksumAreOfTheSameBytes(int length) throws Exception {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        Path file = Files.write(directory.resolve("file"), content);
        ByteArrayOutputStream copied = new ByteArrayOutputStream();
        Checksum checksum;
        try (CheckedCopy copy = CheckedCopy.begin()) {
            copy.run(file, Channels.newChannel(copied));
            checksum = copy.checksum();
        }
        assertThat(copied.toByteArray()).isEqualTo(content);
        assertThat(checksum.digits())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
        assertThat(Checksum.of(file)).isEqualTo(checksum);
    }

    @Test
    void aFailureOfTheDiskIsTold() throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[5_000_000]);
        try (CheckedCopy copy = CheckedCopy.begin()) {
            assertThatThrownBy(() -> copy.run(file, new FullDisk(1_000_000)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("no space");
        }
    }

    /** A channel that takes so many bytes, some at a time. */
    private static final class FullDisk implements WritableByteChannel {
        private int room;

        FullDisk(int room) {
            this.room = room;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int taken = Math.min(bytes.remaining(), 100_000);
            if (taken > room) {
                throw new IOException("no space");
            }
            room -= taken;
            bytes.position(bytes.position() + taken);
            return taken;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
