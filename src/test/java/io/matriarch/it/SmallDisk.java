package io.matriarch.it;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of its own at a folder, in memory. Needs root. */
final class SmallDisk implements AutoCloseable {
    private static final int MEGABYTE = 1 << 20;

    private final Path folder;

    SmallDisk(Path folder, int megabytes) throws IOException, InterruptedException {
        Programs.must("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m,mode=750", "tmpfs", folder.toString());
        this.folder = folder;
        LocalCluster.own(folder);
    }

    /** Takes everything but {@code megabytes}. */
    void fillUpTo(int megabytes) {
        byte[] block = new byte[MEGABYTE];
        try (OutputStream filler = Files.newOutputStream(filler())) {
            while (Files.getFileStore(folder).getUsableSpace() > (long) megabytes * MEGABYTE) {
                filler.write(block);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
