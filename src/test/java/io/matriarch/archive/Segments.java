package io.matriarch.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Segments as PostgreSQL 15 would write them, as far as the archive looks at them, with a megabyte of noise. */
final class Segments {
    static final int SIZE = 1 << 20;

    private Segments() {}

    static byte[] bytes(String name, long systemIdentifier, long seed) {
        byte[] segment = new byte[SIZE];
        new Random(seed).nextBytes(segment);
        WalName parsed = WalName.parse(name).orElseThrow();
        ByteBuffer header = ByteBuffer.wrap(segment).order(ByteOrder.nativeOrder());
        header.putShort(0, (short) 0xD110);
        header.putShort(2, (short) 2);
        header.putInt(4, (int) parsed.timeline());
        header.putLong(8, parsed.startLsn(SIZE));
        header.putLong(24, systemIdentifier);
        header.putInt(32, SIZE);
        header.putInt(36, 8192);
        return segment;
    }

    /** A data directory with nothing but what tells the cluster and the place for WAL. */
    static Path dataDirectory(Path directory, long systemIdentifier) throws IOException {
        Files.createDirectories(directory.resolve("pg_wal"));
        Files.createDirectories(directory.resolve("global"));
        ByteBuffer control = ByteBuffer.allocate(8192).order(ByteOrder.nativeOrder());
        control.putLong(0, systemIdentifier);
        Files.write(directory.resolve("global").resolve("pg_control"), control.array());
        return directory;
    }
}
