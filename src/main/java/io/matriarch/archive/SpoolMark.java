package io.matriarch.archive;

import java.util.List;
import java.util.Optional;

/**
 * What became of a file of pg_wal.
 *
 * @param archived or else it failed
 * @param identity of the file with the content that it had then
 * @param repositories in which it is, or which were to have it
 * @param error why it failed; empty when it didn't
 */
record SpoolMark(boolean archived, FileIdentity identity, List<String> repositories, String error) {
    static final String SUFFIX = ".mark";

    private static final String ARCHIVED = "archived";
    private static final String FAILED = "failed";
    private static final String END = "end";
    private static final int LINES = 5;

    static SpoolMark archived(FileIdentity identity, List<String> repositories) {
        return new SpoolMark(true, identity, repositories, "");
    }

    static SpoolMark failed(FileIdentity identity, List<String> repositories, String error) {
        return new SpoolMark(false, identity, repositories, error.replaceAll("\\s+", " "));
    }

    /** Whether it proves that the file with its present content is in all these repositories. */
    boolean proves(FileIdentity present, List<String> wanted) {
        return archived && identity.equals(present) && repositories.containsAll(wanted);
    }

    /** The last line shows that it's whole. */
    String text() {
        return String.join(
                "\n", archived ? ARCHIVED : FAILED, identity.text(), String.join(" ", repositories), error, END);
    }

    /** Absent when it isn't whole. */
    static Optional<SpoolMark> parse(String text) {
        List<String> lines = List.of(text.split("\n", -1));
        if (lines.size() != LINES || !lines.getLast().equals(END)) {
            return Optional.empty();
        }
        return Optional.of(new SpoolMark(
                lines.getFirst().equals(ARCHIVED),
                new FileIdentity(lines.get(1)),
                List.of(lines.get(2).split(" ", -1)),
                lines.get(3)));
    }
}
