package io.matriarch.cluster;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The role of a server as its agent sees it (reference 5.1). */
public enum Role {
    /** The data directory is empty. */
    UNINITIALIZED,
    REPLICA,
    STANDBY_LEADER,
    PRIMARY,
    /** pg_ctl promote was issued, the server is not in production yet. */
    PROMOTED,
    /** Was the primary, is stopped or stopping. */
    DEMOTED;

    /** The text in the DCS and in REST. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Patroni before 4.0 wrote master for primary. */
    public static Optional<Role> of(String text) {
        return text.equals("master")
                ? Optional.of(PRIMARY)
                : Arrays.stream(values())
                        .filter(role -> role.text().equals(text))
                        .findFirst();
    }

    /** Promoted counts as primary: callbacks and parameters per role know no other name for it. */
    public boolean leads() {
        return this == PRIMARY || this == PROMOTED;
    }
}
