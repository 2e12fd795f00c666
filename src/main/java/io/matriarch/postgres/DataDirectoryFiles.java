package io.matriarch.postgres;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** What the data directory is, and its removal (reference 6.7). Nothing about it is remembered anywhere but in it. */
final class DataDirectoryFiles {
    /** Where a failed bootstrap goes when the directory itself can't be renamed. */
    private static final String FAILED = ".failed";

    private final Path directory;
    private final ControlFile control;
    private final ConfigurationFiles configuration;
    private final Staging staging;
    private final RewindMark rewindMark;
    private final AtomicBoolean rewinding = new AtomicBoolean();
    private final BootstrapMark bootstrapMark;
    private final AtomicBoolean bootstrapping = new AtomicBoolean();

    DataDirectoryFiles(Path directory, ControlFile control, ConfigurationFiles configuration) {
        this.directory = directory.toAbsolutePath().normalize();
        this.control = control;
        this.configuration = configuration;
        this.staging = new Staging(this.directory);
        this.rewindMark = new RewindMark(this.directory);
        this.bootstrapMark = new BootstrapMark(this.directory);
    }

    /** What can never be started again, a half-made copy, a half-rewound or a half-bootstrapped cluster, counts as empty: it may be cloned over. */
    DataDirectory look() {
        // a folder above that may not be searched hides the directory: that is no proof that there is none
        if (Files.notExists(directory) || isHalfMade()) {
            return new DataDirectory.Empty();
        }
        try {
            if (!holdsCluster()) {
                return isEmpty() || staging.isUnderWay()
                        ? new DataDirectory.Empty()
                        : new DataDirectory.Unreadable(directory
                                + " holds files but no cluster (global/pg_control is missing); move them away");
            }
            Optional<ControlData> data = control.read();
            return data.<DataDirectory>map(read -> new DataDirectory.Present(read, configuration.hasSignal()))
                    .orElseGet(() -> new DataDirectory.Unreadable(
                            "pg_controldata can't read " + directory + "; check its owner and postgresql.bin_dir"));
        } catch (IOException e) {
            return new DataDirectory.Unreadable(why(e));
        } catch (UncheckedIOException e) { // while the directory was listed
            return new DataDirectory.Unreadable(e.toString());
        }
    }

    /** Of one that can't be read any more. Other people's files have neither. */
    boolean holdsRemainsOfCluster() {
        return Files.exists(directory.resolve("PG_VERSION")) || Files.isDirectory(directory.resolve("base"));
    }

    private boolean isHalfMade() {
        return (isHalfRewound() && !rewinding.get()) || (bootstrapMark.isSet() && !bootstrapping.get());
    }

    private String why(IOException e) {
        return switch (e) {
            case AccessDeniedException _ ->
                "permission denied for " + directory + ", it must belong to the user of this agent, "
                        + System.getProperty("user.name");
            case NotDirectoryException _ -> directory + " is not a directory";
            default -> e.toString();
        };
    }

    private boolean holdsCluster() {
        return Files.exists(directory.resolve("global/pg_control"));
    }

    private boolean isEmpty() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.allMatch(
                    file -> Staging.mayLieBesides(file.getFileName().toString()));
        }
    }

    /** The name of a folder for initdb or pg_basebackup; {@link #install} makes its content the data directory's. */
    Path stage() throws IOException {
        return staging.begin();
    }

    void install(Path made) throws IOException {
        staging.install(made);
        // it would be part of every base backup
        RemovedFiles.remove(directory.resolve(FAILED));
    }

    void rewindBegins() throws IOException {
        rewinding.set(true);
        rewindMark.set();
    }

    void rewound() throws IOException {
        rewindMark.remove();
    }

    /** Well or not; the latter leaves a half-rewound directory. */
    void rewindEnded() {
        rewinding.set(false);
    }

    boolean isHalfRewound() {
        return rewindMark.isSet();
    }

    /** From here to {@link #bootstrapped} it is no cluster to anybody but this agent. */
    void bootstrapBegins() throws IOException {
        bootstrapping.set(true);
        bootstrapMark.set();
    }

    /** It is whole. */
    void bootstrapped() throws IOException {
        bootstrapMark.remove();
    }

    /** Well or not; the latter leaves a cluster that counts as nothing. */
    void bootstrapEnded() {
        bootstrapping.set(false);
    }

    /** What an agent that was killed in the middle left; nobody has written to it but that agent, still it is kept. */
    void setUnfinishedBootstrapAside() throws IOException {
        if (bootstrapMark.isSet()) {
            setAside();
        }
    }

    /** What copies that came to nothing left in a directory that somebody else has filled since. */
    void removeRemains() throws IOException {
        for (Path folder : staging.remains()) {
            RemovedFiles.remove(folder);
        }
    }

    /**
     * Removes the cluster, half-made copies, and what pg_wal and the tablespaces lead to; the directory itself stays, it may be a mount point, and so do other
     * people's dotfiles and lost+found. The caller has proven that the data exist elsewhere, see {@link CloneSource}.
     */
    void clear() throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        staging.takeDown();
        for (Path cluster : staging.remains()) {
            for (Path target : linkTargets(cluster)) {
                RemovedFiles.remove(target);
            }
            RemovedFiles.remove(cluster);
        }
    }

    /** PostgreSQL's own folders and files where links lead to: a tablespace's location may hold other things as well. */
    private static List<Path> linkTargets(Path cluster) throws IOException {
        List<Path> targets = new ArrayList<>();
        for (Path link : links(cluster)) {
            if (Files.isDirectory(link)) {
                boolean tablespace = !link.getFileName().toString().equals("pg_wal");
                try (Stream<Path> files = Files.list(link.toRealPath())) {
                    files.filter(file ->
                                    !tablespace || file.getFileName().toString().startsWith("PG_"))
                            .forEach(targets::add);
                }
            }
        }
        return targets;
    }

    private static List<Path> links(Path cluster) throws IOException {
        List<Path> links = new ArrayList<>();
        Path wal = cluster.resolve("pg_wal");
        if (Files.isSymbolicLink(wal)) {
            links.add(wal);
        }
        Path tablespaces = cluster.resolve("pg_tblspc");
        if (Files.isDirectory(tablespaces)) {
            try (Stream<Path> files = Files.list(tablespaces)) {
                files.filter(Files::isSymbolicLink).forEach(links::add);
            }
        }
        return links;
    }

    /** Sets the directory aside as {@code <name>.failed}, and where its links lead to likewise; older ones of that name go. Nothing is kept of nothing. */
    void setAside() throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        removeRemains();
        if (!isEmpty()) {
            moveAsideWithLinks();
        }
        bootstrapMark.remove();
    }

    private void moveAsideWithLinks() throws IOException {
        for (Path link : links(directory)) {
            if (Files.isDirectory(link)) {
                Path aside = moveAside(link.toRealPath());
                Files.delete(link);
                Files.createSymbolicLink(link, aside);
            }
        }
        moveAside(directory);
    }

    /** Where it is now. A mount point, or a directory whose parent belongs to somebody else, keeps its content in a folder within. */
    private static Path moveAside(Path directory) throws IOException {
        Path aside = directory.resolveSibling(directory.getFileName() + FAILED);
        try {
            RemovedFiles.remove(aside);
            return Files.move(directory, aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException notMovable) {
            Path within = directory.resolve(FAILED);
            RemovedFiles.remove(within);
            Files.createDirectory(within);
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    if (!Staging.mayLieBesides(file.getFileName().toString())) {
                        Files.move(file, within.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
                    }
                }
            }
            return within;
        }
    }
}
