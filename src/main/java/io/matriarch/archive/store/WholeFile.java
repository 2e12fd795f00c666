package io.matriarch.archive.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads and writes whole files in pieces. At once, the JDK would need as much memory again outside the heap, and the kernel longer to provide it than to read the file.
 */
public final class WholeFile {
    private static final int PIECE = 256 * 1024;

    private WholeFile() {}

    /** Is told how far the reading has come. */
    public interface Progress {
        /** Nothing has been read so far. */
        void begins(byte[] content);

        /** So many bytes of the content are there. */
        void read(int length);
    }

    /** Nobody wants to know. */
    private static final Progress UNSEEN = new Progress() {
        @Override
        public void begins(byte[] content) {}

        @Override
        public void read(int length) {}
    };

    /**
     * All bytes of a file.
     *
     * @param size that it has; less if it becomes shorter meanwhile
     */
    public static byte[] read(Path file, int size, Progress progress) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer content = ByteBuffer.allocate(size);
            progress.begins(content.array());
            return read(in, content, progress)
                    ? content.array()
                    : java.util.Arrays.copyOf(content.array(), content.position());
        }
    }

    /** Fills a buffer; false when the file ends before that. */
    static boolean read(FileChannel in, ByteBuffer content) throws IOException {
        return read(in, content, UNSEEN);
    }

    private static boolean read(FileChannel in, ByteBuffer content, Progress progress) throws IOException {
        while (content.position() < content.capacity()) {
            content.limit(Math.min(content.capacity(), content.position() + PIECE));
            if (in.read(content) < 0) {
                return false;
            }
            progress.read(content.position());
        }
        return true;
    }

    /** Writes all bytes. */
    public static void write(WritableByteChannel out, byte[] content) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.position() < content.length) {
            bytes.limit(Math.min(content.length, bytes.position() + PIECE));
            out.write(bytes);
        }
    }
}
