package io.matriarch.log;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Standard error in UTF-8 whatever the locale, each line with one write so that others' lines don't get into it. */
final class StandardError implements Output {
    private final FileOutputStream stream = new FileOutputStream(FileDescriptor.err);

    @Override
    public void write(String line) throws IOException {
        stream.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** It stays open, others write there too. */
    @Override
    public void close() {}
}
