package io.matriarch.backup;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/**
 * Writes the files of an archive into a folder that exists. Links are left out: those of tablespaces are made for where the tablespaces go.
 *
 * @param elsewhere where to write the files of these names instead
 * @param without the names of files that aren't written
 */
record TarExtractor(Path folder, Map<String, Path> elsewhere, Set<String> without) {
    private static final int CHUNK = 128 * 1024;

    void extract(InputStream archive, Progress progress) throws IOException {
        byte[] chunk = new byte[CHUNK];
        while (true) {
            byte[] header = archive.readNBytes(TarEntry.BLOCK);
            if (header.length < TarEntry.BLOCK) {
                throw new EOFException("the tar archive ends too early");
            }
            if (TarEntry.isEmpty(header)) {
                // read to the end, so that all parts are proven
                for (int read = archive.read(chunk); read >= 0; read = archive.read(chunk)) {
                    progress.advance(read);
                }
                return;
            }
            TarEntry entry = TarEntry.parse(header);
            switch (entry.kind()) {
                case DIRECTORY -> directory(entry);
                case FILE -> file(entry, archive, chunk, progress);
                case LINK -> {
                    // see above
                }
            }
            progress.advance(TarEntry.BLOCK);
        }
    }

    private void directory(TarEntry entry) throws IOException {
        Path directory = folder.resolve(entry.name());
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, permissions(entry, "rwxr-x---", "rwx------"));
        }
    }

    private void file(TarEntry entry, InputStream archive, byte[] chunk, Progress progress) throws IOException {
        long padding = (TarEntry.BLOCK - entry.size() % TarEntry.BLOCK) % TarEntry.BLOCK;
        if (without.contains(entry.name())) {
            archive.skipNBytes(entry.size() + padding);
            return;
        }
        Path file = elsewhere.getOrDefault(entry.name(), folder.resolve(entry.name()));
        Files.createDirectories(file.resolveSibling("."), permissions(entry, "rwxr-x---", "rwx------"));
        try (FileChannel out = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                permissions(entry, "rw-r-----", "rw-------"))) {
            long left = entry.size();
            while (left > 0) {
                int read = archive.read(chunk, 0, (int) Math.min(chunk.length, left));
                if (read < 0) {
                    throw new EOFException("the tar archive ends within " + entry.name());
                }
                ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, read);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                left -= read;
                progress.advance(read);
            }
        }
        archive.skipNBytes(padding);
    }

    private static FileAttribute<Set<PosixFilePermission>> permissions(
            TarEntry entry, String withGroup, String ownerOnly) {
        return PosixFilePermissions.asFileAttribute(
                PosixFilePermissions.fromString(entry.groupMayRead() ? withGroup : ownerOnly));
    }
}
