package io.matriarch.cli;

import java.util.ArrayList;
import java.util.List;

/** PostgreSQL's version numbers as people write them. */
final class PostgresVersion {
    private static final int TWO_PART_VERSIONS_SINCE = 10;

    private PostgresVersion() {}

    /**
     * Returns {@code version} when it is one, such as 9.5.2 or 15.4.
     *
     * @throws CtlError if it isn't
     */
    static String check(String version) {
        List<Integer> parts = new ArrayList<>();
        for (String part : version.split("\\.", -1)) {
            try {
                parts.add(Integer.parseInt(part.strip()));
            } catch (NumberFormatException notANumber) {
                throw new CtlError("Invalid PostgreSQL version: " + version);
            }
        }
        boolean tooShort = parts.size() < 2 || (parts.size() == 2 && parts.getFirst() < TWO_PART_VERSIONS_SINCE);
        if (tooShort || parts.size() > 3) {
            throw new CtlError("Invalid PostgreSQL version format: X.Y or X.Y.Z is accepted: " + version);
        }
        return version;
    }

    /** 150018 becomes 15.18, 90624 becomes 9.6.24. */
    static String text(long number) {
        return number < 100_000
                ? number / 10_000 + "." + number / 100 % 100 + "." + number % 100
                : number / 10_000 + "." + number % 100;
    }
}
