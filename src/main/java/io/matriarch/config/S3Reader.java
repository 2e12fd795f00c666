package io.matriarch.config;

import io.matriarch.config.S3Settings.Encryption;
import io.matriarch.config.S3Settings.Keys;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads an entry of {@code backup.repositories} of {@code type: s3}. */
final class S3Reader {
    private static final List<String> KEYS = List.of(
            "type",
            "bucket",
            "prefix",
            "endpoint",
            "region",
            "path_style",
            "access_key_file",
            "secret_key_file",
            "credentials_file",
            "profile",
            "ca",
            "sse",
            "sse_kms_key_id",
            "timeout",
            "compression",
            "encryption_key_files");

    private static final Pattern BUCKET = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9]");
    private static final Pattern REGION = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern PREFIX = Pattern.compile("[a-zA-Z0-9!._*'()-]+(/[a-zA-Z0-9!._*'()-]+)*");

    /** What servers that aren't Amazon's take for their region. */
    private static final String ANY_REGION = "us-east-1";

    private static final int TIMEOUT = 60;
    private static final int LONGEST_TIMEOUT = 3600;

    private S3Reader() {}

    static Optional<S3Settings> read(Section entry) {
        entry.allowOnly(KEYS);
        String bucket = entry.required("bucket", "the name of a bucket that exists");
        if (!bucket.isEmpty() && !BUCKET.matcher(bucket).matches()) {
            entry.problem("bucket", Section.shown(bucket) + " isn't the name of a bucket");
        }
        Optional<URI> endpoint = endpoint(entry);
        Optional<String> region = entry.text("region");
        if (region.filter(text -> !REGION.matcher(text).matches()).isPresent()) {
            entry.problem("region", Section.shown(region.get()) + " isn't the name of a region, such as eu-central-1");
        }
        if (endpoint.isEmpty() && region.isEmpty() && !entry.has("endpoint")) {
            entry.missing("region", "the bucket's region, unless endpoint names a server that isn't Amazon's");
        }
        long timeout = entry.whole("timeout", TIMEOUT, 1, LONGEST_TIMEOUT, "s");
        Encryption encryption = encryption(entry);
        Optional<Keys> keys = keys(entry);
        String prefix = prefix(entry);
        Optional<Path> authority = BackupReader.absolute(entry, "ca");
        if (bucket.isEmpty() || keys.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new S3Settings(
                bucket,
                prefix,
                endpoint,
                region.orElse(ANY_REGION),
                entry.flag("path_style", endpoint.isPresent()),
                keys.get(),
                authority,
                encryption,
                Duration.ofSeconds(timeout)));
    }

    private static Optional<URI> endpoint(Section entry) {
        return entry.text("endpoint").flatMap(text -> {
            try {
                URI uri = new URI(text);
                boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
                boolean bare = uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null;
                if (web && bare && uri.getHost() != null) {
                    return Optional.of(uri);
                }
            } catch (URISyntaxException e) {
                // said below, as a URL may hold a password that the exception would show
            }
            entry.problem("endpoint", Section.shown(text) + " isn't http://host:port or https://host:port");
            return Optional.empty();
        });
    }

    private static String prefix(Section entry) {
        String prefix = entry.text("prefix").orElse("").replaceAll("^/+|/+$", "");
        if (prefix.isEmpty()) {
            return "";
        }
        if (!PREFIX.matcher(prefix).matches()) {
            entry.problem(
                    "prefix",
                    Section.shown(prefix) + " isn't words of letters, digits and !-_.*'() with slashes between");
        }
        return prefix + "/";
    }

    private static Optional<Keys> keys(Section entry) {
        Optional<Path> access = BackupReader.absolute(entry, "access_key_file");
        Optional<Path> secret = BackupReader.absolute(entry, "secret_key_file");
        Optional<Path> profiles = BackupReader.absolute(entry, "credentials_file");
        boolean inFiles = entry.has("access_key_file") || entry.has("secret_key_file");
        if (entry.has("profile") && !entry.has("credentials_file")) {
            entry.problem("profile", "needs the file that it is in: " + entry.path("credentials_file"));
        }
        if (inFiles && entry.has("credentials_file")) {
            entry.problem("credentials_file", "and access_key_file are two ways to say the same, keep one");
            return Optional.empty();
        }
        if (inFiles) {
            for (String key : List.of("access_key_file", "secret_key_file")) {
                if (!entry.has(key)) {
                    entry.problem(key, "is missing; access_key_file and secret_key_file are needed together");
                }
            }
            return access.flatMap(file -> secret.map(other -> new Keys.InFiles(file, other)));
        }
        if (entry.has("credentials_file")) {
            return profiles.map(
                    file -> new Keys.InProfile(file, entry.text("profile").orElse("default")));
        }
        return Optional.of(new Keys.Usual());
    }

    private static Encryption encryption(Section entry) {
        Optional<String> kind = entry.word("sse", List.of("AES256", "aws:kms"));
        Optional<String> key = entry.text("sse_kms_key_id");
        if (key.isPresent() && !kind.equals(Optional.of("aws:kms"))) {
            entry.problem("sse_kms_key_id", "needs sse: aws:kms");
        }
        return switch (kind.orElse("")) {
            case "AES256" -> new Encryption.OfS3();
            case "aws:kms" -> new Encryption.OfKms(key);
            default -> new Encryption.OfBucket();
        };
    }
}
