package io.matriarch.backup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What tells the restored server how to recover: postgresql.auto.conf and recovery.signal.
 *
 * @param timeline a number, {@code latest} or {@code current}
 * @param action what the server does at the target
 */
public record RecoveryFiles(String restoreCommand, RecoveryTarget target, Optional<String> timeline, String action) {
    /** Of the server that was backed up; two targets at once would stop this one. */
    private static final Pattern FORMER = Pattern.compile("\\s*(recovery_target\\w*|restore_command|primary_conninfo"
            + "|primary_slot_name|archive_cleanup_command|recovery_end_command|recovery_min_apply_delay)\\b.*");

    /** @param recovers whether the server is to recover as soon as it starts; a replica's agent decides that itself */
    public void write(Path data, boolean recovers) throws IOException {
        Path file = data.resolve("postgresql.auto.conf");
        List<String> lines = new ArrayList<>();
        if (Files.exists(file)) {
            Files.readString(file, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !FORMER.matcher(line).matches())
                    .forEach(lines::add);
        }
        lines.add("# by 'matriarch restore'");
        lines.add("restore_command = '" + restoreCommand.replace("'", "''") + "'");
        if (recovers) {
            target.parameter().ifPresent(lines::add);
            timeline.ifPresent(given -> lines.add("recovery_target_timeline = '" + given + "'"));
            if (target.parameter().isPresent()) {
                lines.add("recovery_target_action = '" + action + "'");
            }
        }
        Files.write(file, lines, StandardCharsets.UTF_8);
        if (recovers) {
            Files.deleteIfExists(data.resolve("recovery.signal"));
            Files.createFile(
                    data.resolve("recovery.signal"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
    }

    /** {@code matriarch wal fetch} of this executable with a configuration. */
    public static String fetching(Path configuration, Optional<String> repository) throws IOException {
        Path self = Files.readSymbolicLink(Path.of("/proc/self/exe"));
        // in a JVM it's java, and whoever develops has a launcher of that name
        String program = self.endsWith("java") || !Files.isExecutable(self) ? "matriarch" : quoted(self.toString());
        return program + " wal fetch --config " + quoted(configuration.toString())
                + repository.map(name -> " --repository " + name).orElse("") + " \"%f\" \"%p\"";
    }

    /** For the shell, and for PostgreSQL, which replaces what follows a percent sign. */
    private static String quoted(String word) {
        String escaped = word.replace("%", "%%");
        return escaped.matches("[A-Za-z0-9/._%+-]+") ? escaped : "'" + escaped.replace("'", "'\\''") + "'";
    }
}
