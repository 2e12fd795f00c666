package io.matriarch.dump;

import io.matriarch.backup.TarEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;

/** Writes a folder of files as a tar archive; the table of contents comes first, so that it's found without reading all. */
record TarWriter(OutputStream out, LongConsumer done) {
    /** pg_dump's table of contents. */
    static final String CONTENTS = "toc.dat";

    private static final int CHUNK = 128 * 1024;
    private static final int MODE = 0600;
    private static final int LAST_BLOCKS = 2;

    void write(List<Path> files) throws IOException {
        List<Path> sorted = files.stream()
                .sorted(Comparator.comparing((Path file) -> !name(file).equals(CONTENTS))
                        .thenComparing(TarWriter::name))
                .toList();
        for (Path file : sorted) {
            write(file);
        }
        out.write(new byte[LAST_BLOCKS * TarEntry.BLOCK]);
    }

    private void write(Path file) throws IOException {
        TarEntry entry = new TarEntry(name(file), TarEntry.Kind.FILE, Files.size(file), MODE);
        out.write(entry.header());
        long copied = 0;
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                out.write(chunk, 0, read);
                copied += read;
                done.accept(read);
            }
        }
        if (copied != entry.size()) {
            throw new IOException(file + " changed while it was read");
        }
        out.write(new byte[entry.padding()]);
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }
}
