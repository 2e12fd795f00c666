package io.matriarch.archive.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.word.PointerBase;

/** What Linux can be told of a file that is written, for an executable only. It may not listen: no answer is looked at. */
final class LinuxFile {
    private static final int O_WRONLY = 1;
    private static final int O_CLOEXEC = 0x80000;
    private static final int FALLOC_FL_KEEP_SIZE = 1;
    private static final int SYNC_FILE_RANGE_WRITE = 2;

    private final int descriptor;

    private LinuxFile(int descriptor) {
        this.descriptor = descriptor;
    }

    /** A file that is there; absent when it can't be opened once more. To be closed. */
    static Optional<LinuxFile> open(Path file) {
        byte[] path = (file + "\0").getBytes(StandardCharsets.UTF_8);
        try (PinnedObject pinned = PinnedObject.create(path)) {
            int descriptor = open(pinned.addressOfArrayElement(0), O_WRONLY | O_CLOEXEC);
            return descriptor < 0 ? Optional.empty() : Optional.of(new LinuxFile(descriptor));
        }
    }

    /** So many bytes will be written. */
    void reserve(long bytes) {
        fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, bytes);
    }

    /** These bytes have been written, and won't be written again soon. */
    void beginToFlush(long from, long bytes) {
        syncFileRange(descriptor, from, bytes, SYNC_FILE_RANGE_WRITE);
    }

    void close() {
        close(descriptor);
    }

    @CFunction("open")
    private static native int open(PointerBase path, int flags);

    @CFunction("fallocate")
    private static native int fallocate(int descriptor, int mode, long from, long length);

    @CFunction("sync_file_range")
    private static native int syncFileRange(int descriptor, long from, long length, int flags);

    @CFunction("close")
    private static native int close(int descriptor);
}
