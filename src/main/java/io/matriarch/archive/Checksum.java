package io.matriarch.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * A SHA-256 checksum, and the line that {@code sha256sum} prints and checks.
 *
 * @param digits 64 lower-case hexadecimal digits
 */
record Checksum(String digits) {
    private static final int DIGITS = 64;
    private static final int BUFFER = 256 * 1024;

    static Checksum of(byte[] content) {
        return new Checksum(HexFormat.of().formatHex(sha256().digest(content)));
    }

    static Checksum of(Path file) throws IOException {
        return ofCopy(file, Channels.newChannel(OutputStream.nullOutputStream()));
    }

    /** Reads a file, writes it to {@code copy}, and returns the checksum of what was written. */
    static Checksum ofCopy(Path file, WritableByteChannel copy) throws IOException {
        MessageDigest digest = sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (in.read(buffer) >= 0) {
                buffer.flip();
                digest.update(buffer.array(), 0, buffer.limit());
                while (buffer.hasRemaining()) {
                    copy.write(buffer);
                }
                buffer.clear();
            }
        }
        return new Checksum(HexFormat.of().formatHex(digest.digest()));
    }

    /** The checksum in the first line of a file that sha256sum wrote; absent when there is none. */
    static Optional<Checksum> parse(String line) {
        if (line.length() < DIGITS) {
            return Optional.empty();
        }
        String digits = line.substring(0, DIGITS);
        for (int i = 0; i < DIGITS; i++) {
            if (!HexFormat.isHexDigit(digits.charAt(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(new Checksum(digits.toLowerCase(Locale.ROOT)));
    }

    /** What {@code sha256sum name} would print. */
    byte[] line(String name) {
        return (digits + "  " + name + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
