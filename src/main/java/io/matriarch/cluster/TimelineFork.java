package io.matriarch.cluster;

import java.util.ArrayList;
import java.util.List;

/** A line of a history file: {@code timeline} was left at {@code end}. */
public record TimelineFork(long timeline, Lsn end) {
    /** Lines that say something else are comments. */
    public static List<TimelineFork> parse(String history) {
        List<TimelineFork> forks = new ArrayList<>();
        for (String line : history.lines().toList()) {
            String[] fields = line.strip().split("\\s+", 3);
            if (fields.length >= 2 && fields[0].chars().allMatch(Character::isDigit) && !fields[0].isEmpty()) {
                try {
                    forks.add(new TimelineFork(Long.parseLong(fields[0]), Lsn.parse(fields[1])));
                } catch (IllegalArgumentException e) {
                    // PostgreSQL will complain if it needs the file
                }
            }
        }
        return forks;
    }
}
