package io.matriarch.postgres;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the data directory is, and its removal (reference 6.7). Markers beside it say what was begun and not finished. */
final class DataDirectoryFiles {
    private final Path directory;
    private final ControlFile control;
    private final ConfigurationFiles configuration;
    private final Path cloning;
    private final Path rewinding;

    DataDirectoryFiles(Path directory, ControlFile control, ConfigurationFiles configuration) {
        this.directory = directory.toAbsolutePath().normalize();
        this.control = control;
        this.configuration = configuration;
        this.cloning = marker("cloning");
        this.rewinding = marker("rewinding");
    }

    private Path marker(String what) {
        return directory.resolveSibling("." + directory.getFileName() + ".matriarch-" + what);
    }

    DataDirectory look() {
        if (!Files.exists(directory)) {
            return new DataDirectory.Empty();
        }
        if (holdsHalfMadeClone()) {
            return new DataDirectory.Empty();
        }
        try {
            if (!Files.exists(directory.resolve("global/pg_control"))) {
                return isEmpty()
                        ? new DataDirectory.Empty()
                        : new DataDirectory.Unreadable(directory
                                + " holds files but no cluster (global/pg_control is missing); move them away");
            }
            Optional<ControlData> data = control.read();
            return data.<DataDirectory>map(read -> new DataDirectory.Present(read, configuration.hasSignal()))
                    .orElseGet(() -> new DataDirectory.Unreadable(
                            "pg_controldata can't read " + directory + "; check its owner and postgresql.bin_dir"));
        } catch (IOException e) {
            return new DataDirectory.Unreadable(e.toString());
        }
    }

    private boolean isEmpty() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .allMatch(name -> name.startsWith(".") || name.equals("lost+found"));
        }
    }

    /** From now on, until {@link #cloned}, what is in the directory is a half-made copy that may be removed. */
    void cloneBegins() throws IOException {
        if (!Files.exists(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        mark(cloning, identity() + "\na clone was begun and is not finished; never start this data directory\n");
    }

    void cloned() throws IOException {
        Files.deleteIfExists(cloning);
        Files.deleteIfExists(rewinding);
    }

    /** Not what somebody else has put in the place of the directory since. */
    boolean holdsHalfMadeClone() {
        try {
            return Files.exists(cloning)
                    && Files.readString(cloning).lines().findFirst().orElse("").equals(identity());
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** Before another use of the directory than a clone. */
    void discardHalfMadeClone() throws IOException {
        if (holdsHalfMadeClone()) {
            clear();
        }
        cloned();
    }

    private String identity() throws IOException {
        return String.valueOf(
                Files.readAttributes(directory, BasicFileAttributes.class).fileKey());
    }

    /** Lasts, also when the machine stops now. */
    private static void mark(Path marker, String text) throws IOException {
        try (FileChannel file = FileChannel.open(
                marker, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            file.force(true);
        }
        try (FileChannel folder = FileChannel.open(
                Optional.ofNullable(marker.getParent()).orElse(Path.of(".")), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    void rewindBegins() throws IOException {
        mark(rewinding, "pg_rewind was begun and is not finished; never start this data directory\n");
    }

    void rewound() throws IOException {
        Files.deleteIfExists(rewinding);
    }

    boolean isHalfRewound() {
        return Files.exists(rewinding);
    }

    /**
     * Removes what is in the directory, the targets of pg_wal and of the tablespaces included; the directory itself stays, it may be a mount point. The caller
     * has the proof or the order that {@link io.matriarch.cluster.Operation.Reinitialize} and the clone marker stand for.
     */
    void clear() throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        for (Path link : links()) {
            if (Files.isDirectory(link)) {
                deleteContents(link.toRealPath());
            }
        }
        deleteContents(directory);
    }

    private List<Path> links() throws IOException {
        List<Path> links = new ArrayList<>();
        Path wal = directory.resolve("pg_wal");
        if (Files.isSymbolicLink(wal)) {
            links.add(wal);
        }
        Path tablespaces = directory.resolve("pg_tblspc");
        if (Files.isDirectory(tablespaces)) {
            try (Stream<Path> files = Files.list(tablespaces)) {
                files.filter(Files::isSymbolicLink).forEach(links::add);
            }
        }
        return links;
    }

    private static void deleteContents(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                if (!visited.equals(root)) {
                    Files.delete(visited);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Sets the directory aside as {@code <name>.failed}, and where its links lead to likewise; older ones of that name go. */
    void setAside() throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        for (Path link : links()) {
            if (Files.isDirectory(link)) {
                Path aside = moveAside(link.toRealPath());
                Files.delete(link);
                Files.createSymbolicLink(link, aside);
            }
        }
        moveAside(directory);
    }

    private static Path moveAside(Path directory) throws IOException {
        Path aside = directory.resolveSibling(directory.getFileName() + ".failed");
        if (Files.exists(aside)) {
            deleteContents(aside);
            Files.delete(aside);
        }
        return Files.move(directory, aside, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Copies of the configuration that pg_basebackup or a rewind may bring from elsewhere are given back (reference 6.4). */
    void ensureIdentFile() throws IOException {
        Path ident = directory.resolve("pg_ident.conf");
        if (Files.exists(directory.resolve("PG_VERSION")) && !Files.exists(ident)) {
            Files.createFile(ident);
        }
    }
}
