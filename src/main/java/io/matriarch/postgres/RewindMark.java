package io.matriarch.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Says in PG_VERSION that pg_rewind has begun and not ended. PG_VERSION is the one file that pg_rewind neither overwrites nor removes; it moves with the
 * directory, goes with it when somebody restores something else there, and without a number in it PostgreSQL refuses to start, whoever starts it.
 */
final class RewindMark {
    private static final String HALF_REWOUND = "half-rewound ";

    private final Path directory;
    private final Path version;

    RewindMark(Path directory) {
        this.directory = directory;
        this.version = directory.resolve("PG_VERSION");
    }

    boolean isSet() {
        try {
            return Files.readString(version, StandardCharsets.UTF_8).startsWith(HALF_REWOUND);
        } catch (IOException none) {
            return false;
        }
    }

    void set() throws IOException {
        if (!isSet()) {
            write(
                    HALF_REWOUND
                            + Files.readString(version, StandardCharsets.UTF_8).strip()
                            + "\npg_rewind was begun here and did not end: this data directory can't be started, clone it again\n");
        }
    }

    void remove() throws IOException {
        if (isSet()) {
            String first = Files.readString(version, StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElseThrow();
            write(first.substring(HALF_REWOUND.length()) + "\n");
        }
    }

    private void write(String text) throws IOException {
        Path temporary = directory.resolve("PG_VERSION.matriarch-new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(Files.getPosixFilePermissions(version)));
        try (FileChannel file = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            file.force(true);
        }
        Files.move(temporary, version, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Staging.makeLasting(directory);
    }
}
