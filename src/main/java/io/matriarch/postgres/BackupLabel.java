package io.matriarch.postgres;

import io.matriarch.cluster.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the replay of a base backup begins, as its backup_label says. */
record BackupLabel(int timeline, Lsn start) {
    private static final Pattern START = Pattern.compile("START WAL LOCATION: ([0-9A-F]+/[0-9A-F]+)");
    private static final Pattern TIMELINE = Pattern.compile("START TIMELINE: ([0-9]+)");

    /** Absent when there is none, or none that makes sense. */
    static Optional<BackupLabel> read(Path dataDirectory) {
        try {
            String text = Files.readString(dataDirectory.resolve("backup_label"));
            Matcher start = START.matcher(text);
            Matcher timeline = TIMELINE.matcher(text);
            return start.find() && timeline.find()
                    ? Optional.of(new BackupLabel(Integer.parseInt(timeline.group(1)), Lsn.parse(start.group(1))))
                    : Optional.empty();
        } catch (IOException none) {
            return Optional.empty();
        }
    }
}
