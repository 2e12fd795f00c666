package io.matriarch.archive.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** Files and directories that survive a power failure. */
public final class DurableFiles {
    private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.[0-9]+-[0-9a-f]+\\.tmp");

    private DurableFiles() {}

    /** A name beside {@code file} that nobody else uses: other processes, and other machines on a shared file system. Leftovers are in nobody's way. */
    public static Path temporary(Path file) {
        String unique = ProcessHandle.current().pid()
                + "-"
                + Long.toHexString(System.nanoTime())
                + Integer.toHexString(ThreadLocalRandom.current().nextInt());
        return file.resolveSibling("." + file.getFileName() + "." + unique + ".tmp");
    }

    /** Whether it has such a name. */
    static boolean isTemporary(Path file) {
        return TEMPORARY.matcher(file.getFileName().toString()).matches();
    }

    /** Gives a finished file its final name, without its old one; false when that's taken. */
    public static boolean publish(Path finished, Path name) throws IOException {
        try {
            // unlike a rename, a link never replaces what's there
            Files.createLink(name, finished);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException | UnsupportedOperationException noLinks) {
            if (Files.exists(name)) {
                return false;
            }
            Files.move(finished, name, StandardCopyOption.ATOMIC_MOVE);
            return true;
        }
    }

    /** Creates a directory and those between it and {@code root}, which must be there. */
    public static void createDirectories(Path root, Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.resolve("..").normalize();
        if (!directory.equals(root)) {
            createDirectories(root, parent);
        }
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            // somebody else was faster
            return;
        }
        synchronize(parent);
    }

    /** Makes the entries of a directory survive a power failure. */
    public static void synchronize(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
