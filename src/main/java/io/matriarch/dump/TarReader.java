package io.matriarch.dump;

import io.matriarch.backup.TarEntry;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Reads a tar archive of files, one after the other. */
final class TarReader {
    private static final int CHUNK = 128 * 1024;

    private final InputStream in;
    private final LongConsumer done;
    private final byte[] chunk = new byte[CHUNK];
    private long left;
    private int padding;

    /** @param done gets the number of bytes that were read */
    TarReader(InputStream in, LongConsumer done) {
        this.in = in;
        this.done = done;
    }

    /** The next file; what isn't read of the one before is passed over. Empty at the end, after all has been read. */
    Optional<TarEntry> next() throws IOException {
        copy(OutputStream.nullOutputStream());
        in.skipNBytes(padding);
        byte[] header = in.readNBytes(TarEntry.BLOCK);
        if (header.length < TarEntry.BLOCK) {
            throw new EOFException("the tar archive ends too early");
        }
        if (TarEntry.isEmpty(header)) {
            // so that all parts are proven
            in.transferTo(OutputStream.nullOutputStream());
            return Optional.empty();
        }
        TarEntry entry = TarEntry.parse(header);
        if (entry.kind() != TarEntry.Kind.FILE || entry.name().contains("/")) {
            throw new IOException("the tar archive has something else than files: " + entry.name());
        }
        left = entry.size();
        padding = entry.padding();
        return Optional.of(entry);
    }

    /** Writes the current file's content. */
    void copyTo(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            copy(out);
        }
    }

    private void copy(OutputStream out) throws IOException {
        while (left > 0) {
            int read = in.read(chunk, 0, (int) Math.min(chunk.length, left));
            if (read < 0) {
                throw new EOFException("the tar archive ends within a file");
            }
            out.write(chunk, 0, read);
            left -= read;
            done.accept(read);
        }
    }
}
