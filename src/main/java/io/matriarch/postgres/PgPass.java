package io.matriarch.postgres;

import io.matriarch.config.DatabaseUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/** Password files for libpq (reference 6.10). */
final class PgPass {
    private PgPass() {}

    /** Writes {@code file} anew, for its owner only; nothing when the user has no password. */
    static void write(Path file, DatabaseUser user, ConnInfo.Address address) throws IOException {
        List<String> lines = address.all().stream()
                .flatMap(each -> line(user, each).stream())
                .toList();
        if (lines.isEmpty()) {
            return;
        }
        Path directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(Path.of("/"));
        Path temporary = Files.createTempFile(
                directory,
                file.getFileName() + ".",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(temporary, String.join("\n", lines) + "\n", StandardCharsets.UTF_8);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Optional<String> line(DatabaseUser user, ConnInfo.Address address) {
        return user.password()
                .map(password -> String.join(
                        ":",
                        escape(address.host().isEmpty() ? "*" : address.host()),
                        Integer.toString(address.port()),
                        "*",
                        escape(user.username().orElse("*")),
                        escape(password.reveal())));
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace(":", "\\:");
    }
}
