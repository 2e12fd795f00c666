package io.matriarch.doctor;

import io.matriarch.cli.ValidateConfig;
import io.matriarch.config.PostgresSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The folders beside the data directory: of the password file and of PostgreSQL's sockets. */
final class FoldersCheck implements Check {
    private final PostgresSettings settings;
    private final List<String> sockets;

    /** @param sockets the folders in unix_socket_directories, as far as they are configured */
    FoldersCheck(PostgresSettings settings, List<String> sockets) {
        this.settings = settings;
        this.sockets = List.copyOf(sockets);
    }

    @Override
    public String name() {
        return "folders";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        ValidateConfig.missingFolder(settings)
                .ifPresent(why ->
                        report.error(settings.pgpass().toString(), why, "make the folder, for the user of the agent"));
        passwordFile(report);
        for (String socket : sockets) {
            Path folder = Path.of(socket);
            if (!Files.isDirectory(folder)) {
                report.error(
                        socket,
                        "unix_socket_directories names it, and it doesn't exist: PostgreSQL will not start",
                        "make it for the user of PostgreSQL, at each boot too if it lies below /run");
            } else if (!Files.isWritable(folder)) {
                report.error(socket, "this user can't make a socket in it", "chown or chmod it");
            }
        }
        return report.findingsOr("pgpass and sockets", "they exist and can be written to");
    }

    private void passwordFile(Report report) {
        Path file = settings.pgpass();
        if (!Files.exists(file)) {
            return;
        }
        try {
            String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
            if (!permissions.endsWith("------")) {
                report.warning(
                        file.toString(),
                        "its permissions are " + permissions + ", and libpq passes over it when others can read it",
                        "chmod 0600 " + file);
            }
        } catch (IOException e) {
            report.unknown(file.toString(), "it can't be looked at: " + e.getMessage(), "run this as its owner");
        }
    }
}
