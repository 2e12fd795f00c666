package io.matriarch.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Puts one file of pg_wal into the repository. When it returns, the file survives a power failure. It never replaces another file of the same name: two of them mean
 * that two servers wrote the same timeline.
 *
 * <p>The checksum is published before the file, so a file that can be seen is complete and has its checksum.
 */
final class WalPush {
    private final Path source;
    private final WalLocation location;

    private WalPush(Path source, WalLocation location) {
        this.source = source;
        this.location = location;
    }

    /**
     * Archives {@code source}.
     *
     * @param systemIdentifier of the cluster, when the user says so; otherwise it's read from the data directory
     * @throws ArchiveException if the file isn't what its name says, or another one of its name is in the repository
     * @throws IOException if a file can't be read or written
     */
    static void push(Path repository, Path source, Optional<String> systemIdentifier)
            throws ArchiveException, IOException {
        String text = String.valueOf(source.getFileName());
        WalName name = WalName.parse(text)
                .orElseThrow(() -> new ArchiveException(text + " is not a name of PostgreSQL for a file in pg_wal"));
        String identifier = systemIdentifier.isPresent() ? systemIdentifier.get() : SystemIdentifier.besides(source);
        WalLocation location = new WalLocation(repository, identifier, name);
        location.requireRepository();
        new WalPush(source, location).run();
    }

    private void run() throws ArchiveException, IOException {
        if (location.name().holdsWal()) {
            checkHeader();
        }
        if (Files.exists(location.file())) {
            accept();
            return;
        }
        location.createDirectories();
        Path copy = location.temporary();
        try {
            Checksum checksum = copyTo(copy);
            publishChecksum(checksum);
            if (!publish(copy, location.file())) {
                accept();
            }
        } finally {
            Files.deleteIfExists(copy);
        }
        WalLocation.synchronize(location.directory());
    }

    private void checkHeader() throws ArchiveException, IOException {
        byte[] beginning;
        try (InputStream in = Files.newInputStream(source)) {
            beginning = in.readNBytes(SegmentHeader.LENGTH);
        }
        try {
            SegmentHeader header = SegmentHeader.read(beginning);
            header.check(location.name(), Files.size(source));
            String identifier = SystemIdentifier.text(header.systemIdentifier());
            if (!identifier.equals(location.systemIdentifier())) {
                throw new ArchiveException(
                        "belongs to the cluster " + identifier + ", not to " + location.systemIdentifier());
            }
        } catch (ArchiveException e) {
            throw new ArchiveException(source + " " + e.getMessage(), e);
        }
    }

    private Checksum copyTo(Path copy) throws IOException {
        try (FileChannel out = create(copy)) {
            Checksum checksum = Checksum.ofCopy(source, out);
            out.force(true);
            return checksum;
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private void publishChecksum(Checksum checksum) throws ArchiveException, IOException {
        Path temporary = location.temporary();
        try {
            writeChecksum(checksum, temporary);
            if (publish(temporary, location.checksumFile())) {
                return;
            }
            Optional<Checksum> there = location.checksum();
            if (there.isEmpty()) {
                Files.move(temporary, location.checksumFile(), StandardCopyOption.ATOMIC_MOVE);
            } else if (!there.get().equals(checksum)) {
                throw different();
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private void writeChecksum(Checksum checksum, Path file) throws IOException {
        try (FileChannel out = create(file)) {
            ByteBuffer line = ByteBuffer.wrap(checksum.line(location.name().text()));
            while (line.hasRemaining()) {
                out.write(line);
            }
            out.force(true);
        }
    }

    /** Gives a finished file its final name; false when that's taken. */
    private static boolean publish(Path finished, Path name) throws IOException {
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

    /** The file is in the repository already: fine if it's the same, mended if it was the same and it or its checksum has rotted since. */
    private void accept() throws ArchiveException, IOException {
        Checksum checksum = Checksum.of(source);
        boolean same = Files.mismatch(source, location.file()) < 0;
        boolean proven = location.checksum().equals(Optional.of(checksum));
        if (!same && !proven) {
            throw different();
        }
        Path temporary = location.temporary();
        try {
            if (!same) {
                copyTo(temporary);
                Files.move(temporary, location.file(), StandardCopyOption.ATOMIC_MOVE);
            }
            if (!proven) {
                writeChecksum(checksum, temporary);
                Files.move(temporary, location.checksumFile(), StandardCopyOption.ATOMIC_MOVE);
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
        WalLocation.synchronize(location.directory());
    }

    private ArchiveException different() {
        return new ArchiveException(location.file() + " is taken by a different file of the same cluster and timeline:"
                + " another server archived it, find out which one is right");
    }
}
