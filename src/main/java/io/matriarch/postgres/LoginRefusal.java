package io.matriarch.postgres;

import io.matriarch.time.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The local server lets the agent not in, because of a wrong password or database for instance. That is told once, and not tried again at once: each try is a line in
 * PostgreSQL's log. Not safe for several threads.
 */
final class LoginRefusal {
    private static final Logger LOG = Logger.getLogger(LoginRefusal.class);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(5);

    private Optional<Deadline> pause = Optional.empty();
    private String told = "";

    boolean mayTryAgain() {
        return pause.filter(until -> !until.expired()).isEmpty();
    }

    /** Does nothing about other failures, such as a server that is starting. */
    void consider(SQLException failure) {
        String state = Optional.ofNullable(failure.getSQLState()).orElse("");
        boolean login = state.startsWith("28");
        if (!login && !state.startsWith("3D")) {
            return;
        }
        pause = Optional.of(Deadline.after(BETWEEN_TRIES));
        String why = String.valueOf(failure.getMessage());
        if (!why.equals(told)) {
            told = why;
            LOG.errorf(
                    "PostgreSQL refuses this agent's connection: %s; check %s",
                    why, login ? "postgresql.authentication.superuser and pg_hba" : "postgresql.database");
        }
    }

    /** A connection was made. */
    void over() {
        pause = Optional.empty();
        if (!told.isEmpty()) {
            told = "";
            LOG.info("PostgreSQL accepts this agent's connection again");
        }
    }
}
