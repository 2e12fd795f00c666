package io.matriarch.postgres;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Upstream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** What a member that is to be cloned says of itself when it is asked, and whether that allows removing the data here. */
record CloneSource(String systemIdentifier, int timeline, Lsn position) {

    /** @throws SQLException also when its {@code conn_url} names no server */
    static CloneSource ask(Connections connections, Upstream source) throws SQLException {
        try (Connection connection = connections.replication(source);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
            row.next();
            return new CloneSource(
                    Optional.ofNullable(row.getString("systemid")).orElse(""),
                    row.getInt("timeline"),
                    Lsn.parse(row.getString("xlogpos")));
        }
    }

    /** Why what {@code local} describes must not be removed for a clone of this, if it must not. */
    Optional<String> refusesFor(ControlData local, boolean ordered) {
        if (!local.systemIdentifier().equals(systemIdentifier)) {
            return Optional.of("it is of the cluster %s, here is the cluster %s"
                    .formatted(systemIdentifier, local.systemIdentifier()));
        }
        if (ordered) {
            return Optional.empty();
        }
        return local.checkpointTimeline() > timeline || local.checkpoint().isAfter(position)
                ? Optional.of("it is at %s on timeline %d, and the data here go on to %s on timeline %d at least"
                        .formatted(position, timeline, local.checkpoint(), local.checkpointTimeline()))
                : Optional.empty();
    }
}
