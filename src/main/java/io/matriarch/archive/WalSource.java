package io.matriarch.archive;

import io.matriarch.archive.store.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file of pg_wal that is to be archived.
 *
 * @param systemIdentifier of the cluster it must belong to
 * @param expected what the file must still be when it has been read, where PostgreSQL doesn't wait for it
 */
record WalSource(Path file, WalName name, String systemIdentifier, Optional<FileIdentity> expected) {
    /**
     * @param systemIdentifier when the user says so; otherwise it's read from the data directory
     * @throws ArchiveException if it has no name of PostgreSQL's, or its data directory doesn't say whose it is
     */
    static WalSource of(Path file, Optional<String> systemIdentifier) throws ArchiveException {
        String text = String.valueOf(file.getFileName());
        WalName name = WalName.parse(text)
                .orElseThrow(() -> new ArchiveException(text + " is not a name of PostgreSQL for a file in pg_wal"));
        return new WalSource(
                file,
                name,
                systemIdentifier.isPresent() ? systemIdentifier.get() : SystemIdentifier.besides(file),
                Optional.empty());
    }

    /**
     * Proves by its header that a segment is the one that its name says, of this cluster.
     *
     * @throws ArchiveException if it isn't
     */
    void checkHeader() throws ArchiveException, IOException {
        if (!name.holdsWal()) {
            return;
        }
        try (InputStream in = Files.newInputStream(file)) {
            check(in.readNBytes(SegmentHeader.LENGTH), Files.size(file));
        }
    }

    /**
     * All of it, checked as by {@link #checkHeader}.
     *
     * @param largest how many bytes it may have
     */
    byte[] read(int largest, WholeFile.Progress progress) throws ArchiveException, IOException {
        long size = Files.size(file);
        if (size > largest) {
            throw new ArchiveException(file + " has " + (size >> 20)
                    + " MB: segments of more than " + (largest >> 20)
                    + " MB can be archived in a directory without compression and encryption only");
        }
        byte[] content = WholeFile.read(file, (int) size, progress);
        if (name.holdsWal()) {
            check(Arrays.copyOf(content, Math.min(content.length, SegmentHeader.LENGTH)), content.length);
        }
        requireUnchanged();
        return content;
    }

    /**
     * Whether another file of that name holds the same as far as it matters to this server: up to where the timeline that it follows left the segment's.
     *
     * @param mismatch the first byte that differs
     */
    boolean alike(long mismatch) throws IOException {
        OptionalLong known = FollowedHistory.besides(file).known(name, Files.size(file));
        return known.isPresent() && mismatch >= known.getAsLong();
    }

    /** Proves that what was read until now is one state of the file, to be called before anything of it is published. */
    void requireUnchanged() throws ArchiveException, IOException {
        if (expected.isPresent() && !expected.get().equals(FileIdentity.of(file))) {
            throw new ArchiveException(file + " was changed while it was read");
        }
    }

    private void check(byte[] beginning, long length) throws ArchiveException {
        try {
            SegmentHeader header = SegmentHeader.read(beginning);
            header.check(name, length);
            String identifier = SystemIdentifier.text(header.systemIdentifier());
            if (!identifier.equals(systemIdentifier)) {
                throw new ArchiveException("belongs to the cluster " + identifier + ", not to " + systemIdentifier);
            }
        } catch (ArchiveException e) {
            throw new ArchiveException(file + " " + e.getMessage(), e);
        }
    }
}
