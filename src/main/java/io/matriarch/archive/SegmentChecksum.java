package io.matriarch.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/** A fast checksum that notices what disks do to files, for what passes through the spool. */
final class SegmentChecksum {
    private static final int BUFFER = 256 * 1024;

    private SegmentChecksum() {}

    /** The length and the CRC of a file. */
    static String of(Path file) throws IOException {
        CRC32 crc = new CRC32();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        long length = 0;
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (in.read(buffer) >= 0) {
                buffer.flip();
                length += buffer.remaining();
                crc.update(buffer);
                buffer.clear();
            }
        }
        return length + " " + Long.toHexString(crc.getValue());
    }
}
