package io.matriarch.postgres;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A cluster is made in a folder within the data directory, and moved up when it is whole. So nothing outside the data directory (which may be the only volume
 * of a container) has to be remembered: global/pg_control moves last, hence a data directory that has it is complete, and what somebody else puts there is
 * never taken for a half-made copy. A mount point with lost+found can be filled as well, which pg_basebackup and initdb refuse.
 */
final class Staging {
    private static final String BEING_MADE = ".matriarch-making-";
    private static final String BEING_MOVED = ".matriarch-moving-";
    private static final String BEING_REMOVED = ".matriarch-removing-";
    /** Moved last, since pg_control is in it. */
    private static final String LAST = "global";

    private final Path directory;

    Staging(Path directory) {
        this.directory = directory;
    }

    /** The name of a new folder for initdb or pg_basebackup to make; the data directory is made if it is missing. */
    Path begin() throws IOException {
        if (!Files.exists(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        return directory.resolve(BEING_MADE + UUID.randomUUID());
    }

    /**
     * Moves what is in {@code made} up to the data directory.
     *
     * @throws IOException also when somebody has put files into the data directory meanwhile; then nothing has been moved
     */
    void install(Path made) throws IOException {
        List<Path> strangers = entries(directory).stream()
                .filter(file -> !mayLieBesides(file.getFileName().toString()))
                .toList();
        if (!strangers.isEmpty()) {
            throw new IOException("the new cluster is not moved into " + directory + ", because somebody has put "
                    + strangers.getFirst().getFileName() + " there meanwhile");
        }
        Files.setPosixFilePermissions(directory, Files.getPosixFilePermissions(made));
        Path moving = Files.move(
                made,
                directory.resolve(BEING_MOVED + made.getFileName().toString().substring(BEING_MADE.length())),
                StandardCopyOption.ATOMIC_MOVE);
        makeLasting(directory);
        for (Path file : entries(moving)) {
            String name = file.getFileName().toString();
            if (!name.equals(LAST) && !mayLieBesides(name)) { // a source's dotfiles stay behind
                Files.move(file, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        makeLasting(directory);
        Files.move(moving.resolve(LAST), directory.resolve(LAST), StandardCopyOption.ATOMIC_MOVE);
        makeLasting(directory);
        RemovedFiles.remove(moving);
    }

    /** Puts the cluster into a folder that is one of the {@link #remains}. Its pg_control moves first: nobody can start what is left if this is interrupted. */
    void takeDown() throws IOException {
        Path removing = Files.createDirectory(directory.resolve(BEING_REMOVED + UUID.randomUUID()));
        makeLasting(directory);
        if (Files.exists(directory.resolve(LAST))) {
            Files.move(directory.resolve(LAST), removing.resolve(LAST), StandardCopyOption.ATOMIC_MOVE);
        }
        for (Path file : entries(directory)) {
            String name = file.getFileName().toString();
            if (!mayLieBesides(name)) {
                Files.move(file, removing.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        makeLasting(directory);
    }

    /** {@link #install} or {@link #takeDown} was begun: the files in the directory, as long as they are no whole cluster, belong to it. */
    boolean isUnderWay() throws IOException {
        return entries(directory).stream()
                .map(file -> file.getFileName().toString())
                .anyMatch(name -> name.startsWith(BEING_MOVED) || name.startsWith(BEING_REMOVED));
    }

    /** The folders of tries that came to nothing. */
    List<Path> remains() throws IOException {
        return entries(directory).stream()
                .filter(file -> isOurs(file.getFileName().toString()))
                .toList();
    }

    /** What doesn't make a directory a used one (reference 6.7). */
    static boolean mayLieBesides(String name) {
        return name.startsWith(".") || name.equals("lost+found");
    }

    private static boolean isOurs(String name) {
        return name.startsWith(BEING_MADE) || name.startsWith(BEING_MOVED) || name.startsWith(BEING_REMOVED);
    }

    private static List<Path> entries(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    /** Also when the machine stops now. */
    static void makeLasting(Path folder) throws IOException {
        try (FileChannel open = FileChannel.open(folder, StandardOpenOption.READ)) {
            open.force(true);
        }
    }
}
