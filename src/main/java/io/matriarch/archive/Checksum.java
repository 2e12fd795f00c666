package io.matriarch.archive;

import io.matriarch.archive.codec.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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

    static Checksum of(byte[] content) {
        return new Checksum(Sha256.digits(content));
    }

    static Checksum of(Path file) throws IOException {
        try (CheckedCopy copy = CheckedCopy.begin()) {
            copy.run(file, Channels.newChannel(OutputStream.nullOutputStream()));
            return copy.checksum();
        }
    }

    static Checksum of(Sha256 finished) {
        return new Checksum(HexFormat.of().formatHex(finished.finish()));
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
}
