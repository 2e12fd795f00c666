package io.matriarch.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The long page header at the beginning of each WAL segment (XLogLongPageHeaderData).
 *
 * @param timeline of its first page: that of the segment's name, or an older one if the timeline changed within the segment
 * @param startLsn where the page is in the WAL
 * @param systemIdentifier unsigned
 */
record SegmentHeader(long timeline, long startLsn, long systemIdentifier, long segmentSize) {
    static final int LENGTH = 40;

    private static final int LONG_HEADER = 0x0002;
    private static final long SMALLEST = 1L << 20;
    private static final long LARGEST = 1L << 30;

    /**
     * Reads the first {@link #LENGTH} bytes of a segment.
     *
     * @throws ArchiveException if they can't be the beginning of one
     */
    static SegmentHeader read(byte[] beginning) throws ArchiveException {
        if (beginning.length < LENGTH) {
            throw new ArchiveException("is too short for a WAL segment");
        }
        ByteBuffer page = ByteBuffer.wrap(beginning).order(ByteOrder.nativeOrder());
        int magic = Short.toUnsignedInt(page.getShort(0));
        int info = Short.toUnsignedInt(page.getShort(2));
        long segmentSize = Integer.toUnsignedLong(page.getInt(32));
        boolean plausible = magic >> 12 == 0xD
                && (info & LONG_HEADER) != 0
                && segmentSize >= SMALLEST
                && segmentSize <= LARGEST
                && Long.bitCount(segmentSize) == 1;
        if (!plausible) {
            throw new ArchiveException("doesn't begin with the header of a WAL segment");
        }
        long timeline = Integer.toUnsignedLong(page.getInt(4));
        return new SegmentHeader(timeline, page.getLong(8), page.getLong(24), segmentSize);
    }

    /** The header of the segment in a file; absent when it doesn't begin with one. */
    static Optional<SegmentHeader> find(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(read(in.readNBytes(LENGTH)));
        } catch (ArchiveException e) {
            return Optional.empty();
        }
    }

    /**
     * Proves that this is the header of the segment called {@code name}.
     *
     * @param length of the file
     * @throws ArchiveException if it isn't, saying why
     */
    void check(WalName name, long length) throws ArchiveException {
        if (length != segmentSize) {
            throw new ArchiveException("has " + length + " bytes, but its header says " + segmentSize);
        }
        if (startLsn != name.startLsn(segmentSize)) {
            throw new ArchiveException("holds another segment than its name says");
        }
        if (timeline == 0 || timeline > name.timeline()) {
            throw new ArchiveException("holds timeline " + timeline + ", which its name contradicts");
        }
    }
}
