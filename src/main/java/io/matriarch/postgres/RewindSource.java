package io.matriarch.postgres;

import io.matriarch.cluster.Upstream;
import io.matriarch.config.DatabaseUser;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Sees that pg_rewind finds the leader's timeline in the leader's control file: that is so from the first checkpoint after its promotion on (reference 5.21;
 * section 9, case 14).
 */
final class RewindSource {
    private static final Logger LOG = Logger.getLogger(RewindSource.class);
    private static final int CHECKPOINT_MILLIS = 600_000;
    private static final String QUERY = """
            SELECT pg_is_in_recovery(), (pg_control_checkpoint()).timeline_id,
                   CASE WHEN pg_is_in_recovery() THEN 0
                        ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END
            """;

    private static final String STANDBY_QUERY = """
            SELECT (pg_control_checkpoint()).timeline_id >= (pg_control_recovery()).min_recovery_end_timeline
            """;

    private final Connections connections;

    RewindSource(Connections connections) {
        this.connections = connections;
    }

    /** Why pg_rewind must not run against {@code leader} yet. A leader that can't be asked is left to pg_rewind, which says best what is wrong. */
    Optional<String> refusal(Upstream leader, DatabaseUser user) {
        try (Connection connection = connections.remote(leader, user, CHECKPOINT_MILLIS);
                Statement statement = connection.createStatement()) {
            boolean checkpointed;
            try (ResultSet row = statement.executeQuery(QUERY)) {
                row.next();
                if (row.getBoolean(1)) {
                    return Optional.of("leader " + leader.member() + " is still in recovery, it is not promoted yet");
                }
                checkpointed = row.getInt(2) >= row.getInt(3);
            }
            return checkpointed ? Optional.empty() : checkpoint(statement, leader);
        } catch (SQLException e) {
            LOG.debugf("leader %s could not be asked before pg_rewind: %s", leader.member(), e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * The same of a leader that is a standby. Its control file names its timeline from its first restartpoint there on, and one that was rewound begins before that;
     * pg_rewind believes that file up to version 15.
     */
    Optional<String> refusalOfStandby(Upstream leader, DatabaseUser superuser) {
        try (Connection connection = connections.remote(leader, superuser, CHECKPOINT_MILLIS);
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
            try (ResultSet row = statement.executeQuery(STANDBY_QUERY)) {
                row.next();
                return row.getBoolean(1)
                        ? Optional.empty()
                        : Optional.of("leader " + leader.member() + " has made no restartpoint on its timeline yet");
            }
        } catch (SQLException e) {
            LOG.debugf("leader %s could not be asked before pg_rewind: %s", leader.member(), e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<String> checkpoint(Statement statement, Upstream leader) {
        try {
            statement.execute("CHECKPOINT");
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of("leader " + leader.member()
                    + " has not finished its checkpoint after the promotion, and none could be asked for: "
                    + e.getMessage());
        }
    }
}
