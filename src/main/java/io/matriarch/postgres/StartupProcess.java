package io.matriarch.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The process of a server in recovery that replays WAL. PostgreSQL shows in its title what it does, unless update_process_title is off. */
final class StartupProcess {
    private static final Pattern TITLE =
            Pattern.compile("postgres: (?:.*: )?startup\\s+((?:recovering|waiting for) [0-9A-F]{24})");

    private StartupProcess() {}

    /** Such as {@code recovering 000000010000000000000003} or {@code waiting for 000000010000000000000004}; empty when it can't be seen. */
    static String activity(Postmaster postmaster) {
        return ProcessHandle.of(postmaster.pid()).stream()
                .flatMap(ProcessHandle::children)
                .flatMap(child -> in(title(child.pid())).stream())
                .findFirst()
                .orElse("");
    }

    static Optional<String> in(String title) {
        Matcher activity = TITLE.matcher(title);
        return activity.find() ? Optional.of(activity.group(1)) : Optional.empty();
    }

    private static String title(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ');
        } catch (IOException gone) {
            return "";
        }
    }
}
