package io.matriarch.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A bucket of S3 or of a server that talks like it.
 *
 * @param prefix before the name of every object: empty, or it ends with a slash
 * @param endpoint of a server that isn't Amazon's
 * @param pathStyle whether the bucket's name is in the path of a URL, not in the host's name
 * @param authority a file of certificates in PEM that the server's must be signed with, instead of the system's
 * @param timeout for one request, with all that is sent and received
 */
public record S3Settings(
        String bucket,
        String prefix,
        Optional<URI> endpoint,
        String region,
        boolean pathStyle,
        Keys keys,
        Optional<Path> authority,
        Encryption encryption,
        Duration timeout)
        implements RepositorySettings.Place {

    /** Who asks: how the keys are found. */
    public sealed interface Keys {
        /** As Amazon's own tools do: environment, profile file, container, instance profile. */
        record Usual() implements Keys {}

        /** Two files, each with a key and nothing else. */
        record InFiles(Path accessKey, Path secretKey) implements Keys {}

        /** A file with sections, as {@code ~/.aws/credentials} is. */
        record InProfile(Path file, String profile) implements Keys {}
    }

    /** What the server encrypts with. */
    public sealed interface Encryption {
        /** With what the bucket says, if it does. */
        record OfBucket() implements Encryption {}

        /** With keys of S3 itself. */
        record OfS3() implements Encryption {}

        /** With a key in the key management service; an empty name means the account's own for S3. */
        record OfKms(Optional<String> key) implements Encryption {}
    }
}
