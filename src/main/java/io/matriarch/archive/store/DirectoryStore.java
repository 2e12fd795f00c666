package io.matriarch.archive.store;

import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A directory, where each object is a file. It's written under another name ({@code .NAME.PID-NUMBER.tmp}), flushed, linked to its own name, and the directory is flushed.
 *
 * <p>The directory itself is never created: when it's missing, it most likely isn't mounted.
 */
public final class DirectoryStore implements ObjectStore {
    private final Path root;

    public DirectoryStore(Path root) {
        this.root = root;
    }

    @Override
    public String place() {
        return root.toString();
    }

    @Override
    public void requireUsable() throws StoreException {
        if (!Files.isDirectory(root)) {
            throw new StoreException("the repository " + root + " is not a directory (is it mounted?)");
        }
    }

    @Override
    public boolean create(String name, byte[] content) throws StoreException {
        Path file = file(name);
        requireUsable();
        if (Files.exists(file)) {
            return false;
        }
        try {
            Path written = write(file, content);
            try {
                boolean created = DurableFiles.publish(written, file);
                DurableFiles.synchronize(file.resolveSibling("."));
                return created;
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException e) {
            throw problem("can't store " + name, e);
        }
    }

    @Override
    public void replace(String name, byte[] content) throws StoreException {
        Path file = file(name);
        requireUsable();
        try {
            Path written = write(file, content);
            try {
                Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
                DurableFiles.synchronize(file.resolveSibling("."));
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException e) {
            throw problem("can't store " + name, e);
        }
    }

    @Override
    public Optional<byte[]> read(String name) throws StoreException {
        Path file = file(name);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size > LARGEST) {
                throw new StoreException(file + " has " + size + " bytes, more than any object has");
            }
            ByteBuffer content = ByteBuffer.allocate((int) size);
            if (!WholeFile.read(channel, content)) {
                throw new StoreException(file + " became shorter while it was read");
            }
            return Optional.of(content.array());
        } catch (NoSuchFileException e) {
            requireUsable();
            return Optional.empty();
        } catch (IOException e) {
            throw problem("can't read " + name, e);
        }
    }

    @Override
    public Optional<StoredObject> find(String name) throws StoreException {
        try {
            return Optional.of(describe(name, file(name)));
        } catch (NoSuchFileException e) {
            requireUsable();
            return Optional.empty();
        } catch (IOException e) {
            throw problem("can't look at " + name, e);
        }
    }

    @Override
    public List<StoredObject> list(String prefix) throws StoreException {
        ObjectName.checkPrefix(prefix);
        requireUsable();
        int slash = prefix.lastIndexOf('/');
        String directory = slash < 0 ? "" : prefix.substring(0, slash + 1);
        List<StoredObject> found = new ArrayList<>();
        try {
            collect(directory, prefix.substring(slash + 1), found);
        } catch (IOException e) {
            throw problem("can't list " + prefix, e);
        } catch (DirectoryIteratorException e) {
            throw problem("can't list " + prefix, cause(e));
        }
        found.sort(Comparator.comparing(StoredObject::name));
        return List.copyOf(found);
    }

    @Override
    public boolean any(String prefix) throws StoreException {
        ObjectName.checkPrefix(prefix);
        requireUsable();
        try {
            return hasFile(root.resolve(prefix));
        } catch (IOException e) {
            throw problem("can't list " + prefix, e);
        } catch (DirectoryIteratorException e) {
            throw problem("can't list " + prefix, cause(e));
        }
    }

    @Override
    public List<String> present(String name, List<String> suffixes) throws StoreException {
        requireUsable();
        return suffixes.stream()
                .filter(suffix -> Files.isRegularFile(file(name + suffix)))
                .toList();
    }

    @Override
    public void delete(String name) throws StoreException {
        Path file = file(name);
        requireUsable();
        try {
            if (Files.deleteIfExists(file)) {
                DurableFiles.synchronize(file.resolveSibling("."));
            }
        } catch (IOException e) {
            throw problem("can't delete " + name, e);
        }
    }

    @Override
    public void removeUnfinished(String prefix, Instant before) throws StoreException {
        ObjectName.checkPrefix(prefix);
        requireUsable();
        try {
            removeTemporary(root.resolve(prefix), before);
        } catch (IOException e) {
            throw problem("can't remove what is unfinished in " + prefix, e);
        } catch (DirectoryIteratorException e) {
            throw problem("can't remove what is unfinished in " + prefix, cause(e));
        }
    }

    private static void removeTemporary(Path directory, Instant before) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    if (!entry.getFileName().toString().startsWith(".")) {
                        removeTemporary(entry, before);
                    }
                } else if (DurableFiles.isTemporary(entry)
                        && Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS)
                                .toInstant()
                                .isBefore(before)) {
                    Files.deleteIfExists(entry);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // nothing has such a name, or it was finished meanwhile
        }
    }

    /** Those in a directory and below it, given as {@code wal/}; the first parts must begin with {@code beginning}. */
    private void collect(String directory, String beginning, List<StoredObject> found) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(directory))) {
            for (Path entry : entries) {
                String part = entry.getFileName().toString();
                if (part.startsWith(".") || !part.startsWith(beginning)) {
                    continue;
                }
                try {
                    if (Files.isDirectory(entry)) {
                        collect(directory + part + "/", "", found);
                    } else {
                        found.add(describe(directory + part, entry));
                    }
                } catch (NoSuchFileException gone) {
                    // removed meanwhile
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // nothing has such a name
        }
    }

    private static boolean hasFile(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (!entry.getFileName().toString().startsWith(".") && (!Files.isDirectory(entry) || hasFile(entry))) {
                    return true;
                }
            }
            return false;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return false;
        }
    }

    private static StoredObject describe(String name, Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (attributes.isDirectory()) {
            throw new NoSuchFileException(file.toString());
        }
        return new StoredObject(
                name, attributes.size(), attributes.lastModifiedTime().toInstant());
    }

    private static IOException cause(DirectoryIteratorException e) {
        return Optional.ofNullable(e.getCause()).orElseGet(() -> new IOException(e));
    }

    private StoreException problem(String what, IOException e) {
        return new StoreException(what + " in the repository " + root + ": " + FileProblem.whereAndWhy(e), e);
    }

    private Path file(String name) {
        ObjectName.check(name);
        return root.resolve(name);
    }

    /** Writes the content into a file beside {@code file}, which survives a power failure if it gets a name that does. */
    private Path write(Path file, byte[] content) throws IOException {
        if (content.length > LARGEST) {
            throw new IllegalArgumentException(file + " would have " + content.length + " bytes");
        }
        DurableFiles.createDirectories(root, file.resolveSibling(".").normalize());
        Path temporary = DurableFiles.temporary(file);
        try (PromptFile out = PromptFile.create(temporary, content.length)) {
            WholeFile.write(out, content);
            out.force();
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
        return temporary;
    }
}
