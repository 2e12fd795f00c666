package io.matriarch.postgres;

import io.matriarch.config.DatabaseUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Password files for libpq (reference 6.10). */
final class PgPass {
    /** libpq passes over a file that others can read. */
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private PgPass() {}

    /** Makes {@code file} hold the password, for its owner only; a file that does stays as it is, since others look at when it was written. */
    static void write(Path file, DatabaseUser user, ConnInfo.Address address) throws IOException {
        Optional<String> content = content(user, address);
        if (content.isEmpty() || isCurrent(file, user, address)) {
            return;
        }
        Path directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(Path.of("/"));
        if (!Files.isDirectory(directory)) {
            throw new FileSystemException(
                    file.toString(),
                    null,
                    "the folder of postgresql.pgpass doesn't exist; make it, or name another file");
        }
        Path temporary = Files.createTempFile(
                directory, file.getFileName() + ".", ".tmp", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.writeString(temporary, content.get(), StandardCharsets.UTF_8);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whether {@code file} is what {@link #write} would make of it: the password may have changed (reference section 9, case 56). */
    static boolean isCurrent(Path file, DatabaseUser user, ConnInfo.Address address) {
        Optional<String> content = content(user, address);
        try {
            return content.isEmpty()
                    || (Files.readString(file, StandardCharsets.UTF_8).equals(content.get())
                            && Files.getPosixFilePermissions(file).equals(OWNER_ONLY));
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** A line for each host; libpq looks for localhost when it is given a socket's folder. */
    private static Optional<String> content(DatabaseUser user, ConnInfo.Address address) {
        return user.password()
                .map(password -> address.all().stream()
                        .flatMap(place -> lines(place, user, password.reveal()))
                        .collect(Collectors.joining("\n", "", "\n")));
    }

    private static Stream<String> lines(ConnInfo.Address place, DatabaseUser user, String password) {
        return Stream.of(place.host().split(",", -1))
                .flatMap(host -> host.startsWith("/") ? Stream.of(host, "localhost") : Stream.of(host))
                .map(host -> String.join(
                        ":",
                        escape(host.isEmpty() ? "*" : host),
                        Integer.toString(place.port()),
                        "*",
                        escape(user.username().orElse("*")),
                        escape(password)));
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace(":", "\\:");
    }
}
