package io.matriarch.archive.store;

import io.matriarch.nativeimage.Executable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A new file that somebody waits for until it is on the disk. The kernel is asked to begin with that while the file is written, and to find room for all of it at once; where it can't,
 * nothing but time is lost.
 */
public final class PromptFile implements WritableByteChannel {
    /** Enough for the disk to be busy with it for a while. */
    private static final int BEGIN = 2 << 20;

    private final FileChannel file;
    private final Optional<LinuxFile> kernel;
    private long written;
    private long begun;

    private PromptFile(FileChannel file, Optional<LinuxFile> kernel) {
        this.file = file;
        this.kernel = kernel;
    }

    /**
     * Creates a file.
     *
     * @param size that it will most likely have, in bytes
     * @throws IOException if it's there already, or can't be created
     */
    public static PromptFile create(Path file, long size) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        Optional<LinuxFile> kernel = Executable.isNative() && size > BEGIN ? LinuxFile.open(file) : Optional.empty();
        kernel.ifPresent(hinted -> hinted.reserve(size));
        return new PromptFile(channel, kernel);
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int count = file.write(bytes);
        written += count;
        if (written - begun >= BEGIN) {
            kernel.ifPresent(hinted -> hinted.beginToFlush(begun, written - begun));
            begun = written;
        }
        return count;
    }

    /** Waits until it will survive a power failure, if its name does. */
    public void force() throws IOException {
        file.force(true);
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        kernel.ifPresent(LinuxFile::close);
        file.close();
    }
}
