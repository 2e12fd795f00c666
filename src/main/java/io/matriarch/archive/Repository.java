package io.matriarch.archive;

import io.matriarch.archive.codec.Codec;
import io.matriarch.archive.codec.CodecException;
import io.matriarch.archive.codec.Compression;
import io.matriarch.archive.codec.KeyRing;
import io.matriarch.archive.store.DirectoryStore;
import io.matriarch.archive.store.ObjectStore;
import io.matriarch.archive.store.S3Store;
import io.matriarch.config.RepositorySettings;
import io.matriarch.config.RepositorySettings.DirectorySettings;
import io.matriarch.config.S3Settings;
import java.util.Optional;

/**
 * A repository that is ready for use.
 *
 * @param name as configured, or its path
 * @param codec how new objects are written
 */
public record Repository(String name, ObjectStore store, Codec codec) implements AutoCloseable {
    /**
     * Opens a repository: reads its keys, but doesn't look whether it can be reached.
     *
     * @throws ArchiveException if a key can't be read
     */
    public static Repository open(RepositorySettings settings) throws ArchiveException {
        Compression compression = switch (settings.compression()) {
            case ZSTD -> Compression.ZSTD;
            case LZ4 -> Compression.LZ4;
            case NONE -> Compression.NONE;
        };
        try {
            Optional<KeyRing> keys = settings.encryptionKeyFiles().isEmpty()
                    ? Optional.empty()
                    : Optional.of(KeyRing.read(settings.encryptionKeyFiles()));
            return new Repository(settings.name(), store(settings), new Codec(compression, keys));
        } catch (CodecException | io.matriarch.archive.store.StoreException e) {
            throw new ArchiveException("the repository " + settings.name() + ": " + e.getMessage(), e);
        }
    }

    private static ObjectStore store(RepositorySettings settings) throws io.matriarch.archive.store.StoreException {
        return switch (settings.place()) {
            case DirectorySettings directory -> new DirectoryStore(directory.path());
            case S3Settings s3 -> S3Store.open(s3);
        };
    }

    @Override
    public void close() {
        store.close();
    }
}
