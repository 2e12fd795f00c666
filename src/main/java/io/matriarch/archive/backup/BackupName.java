package io.matriarch.archive.backup;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the objects of a backup are. The descriptions lie apart from the data, so that they are listed quickly.
 *
 * @param systemIdentifier of the cluster, decimal
 */
public record BackupName(String systemIdentifier, String label) {
    /** Under which all descriptions are. */
    static final String DESCRIPTIONS = "backups/";

    private static final String PARTS = "backup-parts/";
    private static final String DESCRIPTION = "backup.json";
    private static final String RUNNING = "in-progress";
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+=-]{0,99}");
    private static final Pattern OBJECT = Pattern.compile("[a-z-]+/([0-9]+)/([^/]+)/.*");

    /** A label is a part of objects' names. */
    public static boolean validLabel(String label) {
        return LABEL.matcher(label).matches() && !label.equals("latest");
    }

    /** The backup that an object belongs to. */
    static Optional<BackupName> of(String object) {
        Matcher matcher = OBJECT.matcher(object);
        return matcher.matches() ? Optional.of(new BackupName(matcher.group(1), matcher.group(2))) : Optional.empty();
    }

    static String descriptions(Optional<String> systemIdentifier) {
        return DESCRIPTIONS + systemIdentifier.map(number -> number + "/").orElse("");
    }

    static String allParts(Optional<String> systemIdentifier) {
        return PARTS + systemIdentifier.map(number -> number + "/").orElse("");
    }

    static boolean isDescription(String object) {
        return object.endsWith("/" + DESCRIPTION);
    }

    static boolean isRunning(String object) {
        return object.endsWith("/" + RUNNING);
    }

    /** The object that makes it a backup. */
    String description() {
        return DESCRIPTIONS + systemIdentifier + "/" + label + "/" + DESCRIPTION;
    }

    /** The object that says who is at work. */
    String running() {
        return DESCRIPTIONS + systemIdentifier + "/" + label + "/" + RUNNING;
    }

    String parts() {
        return PARTS + systemIdentifier + "/" + label + "/";
    }

    /** Sorted by name they are in their order. */
    String part(String archive, int number, String suffix) {
        return parts() + archive + "." + String.format(Locale.ROOT, "%08d", number) + suffix;
    }
}
