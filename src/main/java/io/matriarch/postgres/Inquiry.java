package io.matriarch.postgres;

import java.util.List;
import java.util.Map;

/** Asks PostgreSQL servers questions that change nothing, each over a connection of its own. Never throws for what a server does. */
public interface Inquiry {
    /** Whose rights count. */
    enum User {
        SUPERUSER,
        REWIND
    }

    /** What came back. */
    sealed interface Answer {
        /** Rows by column; a null is an empty text. */
        record Rows(List<Map<String, String>> rows) implements Answer {
            public Rows {
                rows = List.copyOf(rows);
            }
        }

        /**
         * None.
         *
         * @param sqlState empty when no server was reached
         */
        record Refused(String sqlState, String why) implements Answer {}
    }

    /** This node's server, as its superuser. */
    Answer local(String sql);

    /**
     * Another member's server.
     *
     * @param connUrl as in its member key
     */
    Answer remote(String connUrl, User user, String sql);

    /** A physical replication connection to another member's server, as the replication user. */
    Answer replication(String connUrl);
}
