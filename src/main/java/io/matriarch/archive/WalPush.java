package io.matriarch.archive;

import io.matriarch.archive.store.DurableFiles;
import io.matriarch.archive.store.PromptFile;
import io.matriarch.archive.store.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Puts one file of pg_wal into the repository. When it returns, the file survives a power failure. It never replaces another file of the same name: two of them mean
 * that two servers wrote the same timeline.
 *
 * <p>The checksum is published before the file, so a file that can be seen is complete and has its checksum.
 */
final class WalPush {
    private final WalSource source;
    private final WalLocation location;

    private WalPush(WalSource source, WalLocation location) {
        this.source = source;
        this.location = location;
    }

    /** Archives {@code source}. */
    static void push(WalLocation location, WalSource source) throws ArchiveException, IOException {
        source.checkHeader();
        new WalPush(source, location).run();
    }

    private void run() throws ArchiveException, IOException {
        if (Files.exists(location.file())) {
            accept();
            return;
        }
        location.createDirectories();
        Path copy = location.temporary();
        try {
            Checksum checksum = copyTo(copy);
            source.requireUnchanged();
            publishChecksum(checksum);
            if (!DurableFiles.publish(copy, location.file())) {
                accept();
            }
        } finally {
            Files.deleteIfExists(copy);
        }
        DurableFiles.synchronize(location.directory());
    }

    private Checksum copyTo(Path copy) throws IOException {
        try (PromptFile out = PromptFile.create(copy, Files.size(source.file()));
                CheckedCopy copying = CheckedCopy.begin()) {
            copying.run(source.file(), out);
            out.force();
            return copying.checksum();
        }
    }

    private void publishChecksum(Checksum checksum) throws ArchiveException, IOException {
        Path temporary = location.temporary();
        try {
            writeChecksum(checksum, temporary);
            if (DurableFiles.publish(temporary, location.checksumFile())) {
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
        byte[] line = checksum.line(location.name().text());
        try (PromptFile out = PromptFile.create(file, line.length)) {
            WholeFile.write(out, line);
            out.force();
        }
    }

    /** The file is in the repository already: fine if it's the same, mended if it was the same and it or its checksum has rotted since. */
    private void accept() throws ArchiveException, IOException {
        Checksum checksum = Checksum.of(source.file());
        long mismatch = Files.mismatch(source.file(), location.file());
        boolean same = mismatch < 0;
        boolean proven = location.checksum().equals(Optional.of(checksum));
        if (!same && !proven) {
            boolean undamaged = location.checksum().equals(Optional.of(Checksum.of(location.file())));
            if (undamaged && source.alike(mismatch)) {
                return;
            }
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
        DurableFiles.synchronize(location.directory());
    }

    private ArchiveException different() {
        return new ArchiveException(location.file() + " is taken by a different file of the same cluster and timeline:"
                + " another server archived it, find out which one is right");
    }
}
