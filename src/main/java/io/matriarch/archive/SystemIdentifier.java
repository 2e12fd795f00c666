package io.matriarch.archive;

import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** What tells one PostgreSQL cluster from another: a 64-bit number, the first thing in pg_control. */
final class SystemIdentifier {
    private SystemIdentifier() {}

    /**
     * Reads it from the data directory that holds pg_wal.
     *
     * @param wal a file in pg_wal, there or to come, as PostgreSQL names it (relative to its working directory or absolute)
     * @throws ArchiveException if there is none
     */
    static String besides(Path wal) throws ArchiveException {
        Path control = dataDirectory(wal).resolve("global").resolve("pg_control");
        try (InputStream in = Files.newInputStream(control)) {
            byte[] beginning = in.readNBytes(Long.BYTES);
            if (beginning.length < Long.BYTES) {
                throw new ArchiveException(control + " is too short");
            }
            return text(
                    ByteBuffer.wrap(beginning).order(ByteOrder.nativeOrder()).getLong());
        } catch (IOException e) {
            throw new ArchiveException(
                    "can't read the system identifier from " + control + " (" + FileProblem.reason(e)
                            + "); say --system-identifier NUMBER",
                    e);
        }
    }

    /** By name, not by links: pg_wal itself may be a link to another disk. */
    static Path dataDirectory(Path wal) {
        return wal.toAbsolutePath().resolve("..").resolve("..").normalize();
    }

    static String text(long identifier) {
        return Long.toUnsignedString(identifier);
    }
}
