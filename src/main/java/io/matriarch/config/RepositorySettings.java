package io.matriarch.config;

import java.nio.file.Path;
import java.util.List;

/**
 * One entry of {@code backup.repositories}.
 *
 * @param name what it's called in the file
 * @param encryptionKeyFiles the first encrypts, all decrypt; none means that nothing is encrypted
 */
public record RepositorySettings(
        String name, Place place, RepositoryCompression compression, List<Path> encryptionKeyFiles) {
    public RepositorySettings {
        encryptionKeyFiles = List.copyOf(encryptionKeyFiles);
    }

    /** Where the objects are. */
    public sealed interface Place permits DirectorySettings, S3Settings {}

    /** A directory that the user created, on a disk of its own or mounted. */
    public record DirectorySettings(Path path) implements Place {}
}
