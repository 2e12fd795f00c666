package io.matriarch.it;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file system of its own at a folder, in a file that takes no more room than it needs. Needs root. */
final class SmallDisk implements AutoCloseable {
    private static final int MEGABYTE = 1 << 20;

    private final Path folder;

    SmallDisk(Path folder, int megabytes) throws IOException, InterruptedException {
        Path image = folder.resolveSibling(folder.getFileName() + ".ext4");
        Programs.must("truncate", "-s", megabytes + "M", image.toString());
        Programs.must("mkfs.ext4", "-q", "-m", "0", image.toString());
        Programs.must("mount", "-o", "loop", image.toString(), folder.toString());
        Programs.must("rmdir", folder.resolve("lost+found").toString());
        this.folder = folder;
        LocalCluster.own(folder);
    }

    /** Takes everything but {@code megabytes}. */
    void fillUpTo(int megabytes) throws IOException, InterruptedException {
        long size = Files.getFileStore(folder).getUsableSpace() - (long) megabytes * MEGABYTE;
        Programs.must("fallocate", "-l", Long.toString(size), filler().toString());
    }

    /** Takes everything. */
    void fill() throws IOException, InterruptedException {
        fillUpTo(1);
        try (OutputStream out = Files.newOutputStream(filler(), StandardOpenOption.APPEND)) {
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            // that was the purpose
        }
    }

    /** Whatever writes waits, and can't be killed. */
    void freeze() throws IOException, InterruptedException {
        Programs.must("fsfreeze", "--freeze", folder.toString());
    }

    void thaw() throws IOException, InterruptedException {
        Programs.must("fsfreeze", "--unfreeze", folder.toString());
    }

    void makeRoom() throws IOException {
        Files.delete(filler());
    }

    private Path filler() {
        return folder.resolve("filler");
    }

    @Override
    public void close() {
        try {
            Programs.must("umount", "--lazy", folder.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }
}
