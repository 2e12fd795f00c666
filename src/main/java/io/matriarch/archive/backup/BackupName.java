package io.matriarch.archive.backup;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the objects of a backup or a dump are. The descriptions lie apart from the data, so that they are listed quickly.
 *
 * @param systemIdentifier of the cluster, decimal
 */
public record BackupName(Kind kind, String systemIdentifier, String label) {
    private static final String RUNNING = "in-progress";
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+=-]{0,99}");
    private static final Pattern OBJECT = Pattern.compile("[a-z-]+/([0-9]+)/([^/]+)/.*");

    /** What it's a name of; each has its own folders. */
    public enum Kind {
        /** A base backup. */
        BACKUP,
        /** Of databases, by pg_dump. */
        DUMP;

        /** In messages, and in the names of folders and of the command that works with it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private String descriptions() {
            return word() + "s/";
        }

        private String parts() {
            return word() + "-parts/";
        }

        private String description() {
            return word() + ".json";
        }
    }

    /** That of a base backup. */
    public BackupName(String systemIdentifier, String label) {
        this(Kind.BACKUP, systemIdentifier, label);
    }

    /** A label is a part of objects' names. */
    public static boolean validLabel(String label) {
        return LABEL.matcher(label).matches() && !label.equals("latest");
    }

    /** The backup or dump that an object belongs to. */
    public static Optional<BackupName> of(Kind kind, String object) {
        Matcher matcher = OBJECT.matcher(object);
        return matcher.matches()
                ? Optional.of(new BackupName(kind, matcher.group(1), matcher.group(2)))
                : Optional.empty();
    }

    /** What the names of all descriptions begin with. */
    public static String descriptions(Kind kind, Optional<String> systemIdentifier) {
        return kind.descriptions()
                + systemIdentifier.map(number -> number + "/").orElse("");
    }

    static String allParts(Kind kind, String systemIdentifier) {
        return kind.parts() + systemIdentifier + "/";
    }

    /** Whether it's what makes it a backup or a dump. */
    public static boolean isDescription(Kind kind, String object) {
        return object.endsWith("/" + kind.description());
    }

    /** Whether it says who is at work. */
    public static boolean isRunning(String object) {
        return object.endsWith("/" + RUNNING);
    }

    /** The object that makes it a backup or a dump. */
    public String description() {
        return marks() + kind.description();
    }

    /** The object that says who is at work. */
    public String running() {
        return marks() + RUNNING;
    }

    /** What the names of both begin with. */
    String marks() {
        return kind.descriptions() + systemIdentifier + "/" + label + "/";
    }

    /** What the names of all its parts begin with. */
    public String parts() {
        return kind.parts() + systemIdentifier + "/" + label + "/";
    }

    /** Sorted by name they are in their order. */
    String part(String archive, int number, String suffix) {
        return parts() + archive + "." + String.format(Locale.ROOT, "%08d", number) + suffix;
    }
}
