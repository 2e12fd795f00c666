package io.matriarch.backup;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** What the lists of backups and dumps say the same way. */
public final class CellTexts {
    private static final double MEGA = 1024 * 1024;

    private CellTexts() {}

    /** A moment without its fraction. */
    public static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    public static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / MEGA);
    }

    /** Whether something can be restored, and else the first reason. */
    public static String restorable(List<String> problems) {
        if (problems.isEmpty()) {
            return "yes";
        }
        return "no: " + problems.getFirst() + (problems.size() == 1 ? "" : " (and " + (problems.size() - 1) + " more)");
    }
}
