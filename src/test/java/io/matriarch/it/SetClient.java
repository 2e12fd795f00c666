package io.matriarch.it;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Adds elements to a set by one node, primary or not, each tried once; remembers those that were acknowledged, and on which timeline. */
final class SetClient implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(30);
    private static final long ELEMENTS_OF_A_NODE = 1_000_000_000L;
    private static final String ADD =
            "insert into elements values (?) returning substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

    private final Node node;
    private final Referee referee;
    private final List<Acknowledged> acknowledged = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean ended;
    private long element;
    private Optional<Connection> connection = Optional.empty();

    /**
     * An element, the node and timeline that accepted it, and when (wall clock).
     *
     * @param warnings what the server said besides
     */
    record Acknowledged(long element, String node, long timeline, Instant at, String warnings) {}

    SetClient(Node node, int number, Referee referee) {
        this.node = node;
        this.referee = referee;
        this.element = number * ELEMENTS_OF_A_NODE;
        this.thread = Thread.ofPlatform().daemon().name("client of " + node).start(this::work);
    }

    static void createSet(Node primary) {
        primary.query("create table elements(element bigint not null)");
    }

    private void work() {
        while (!ended) {
            element++;
            try {
                add();
            } catch (SQLException e) {
                if (!"25006".equals(e.getSQLState())) { // not merely read-only
                    disconnect();
                }
            }
            PartitionedCluster.pause(PAUSE.toMillis());
        }
        disconnect();
    }

    private void add() throws SQLException {
        if (connection.isEmpty()) {
            connection = Optional.of(DriverManager.getConnection(node.url()));
        }
        long sent = System.nanoTime();
        try (PreparedStatement statement = connection.get().prepareStatement(ADD)) {
            statement.setLong(1, element);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                long timeline = Long.parseLong(result.getString(1), 16);
                String warnings = Optional.ofNullable(statement.getWarnings())
                        .map(Object::toString)
                        .orElse("");
                acknowledged.add(new Acknowledged(element, node.name(), timeline, Instant.now(), warnings));
                referee.accepted(node.name(), sent, System.nanoTime(), timeline);
            }
        }
    }

    private void disconnect() {
        connection.ifPresent(open -> {
            try {
                open.close();
            } catch (SQLException _) {
                // it was of no use any more
            }
        });
        connection = Optional.empty();
    }

    List<Acknowledged> acknowledged() {
        return List.copyOf(acknowledged);
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join(Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }
}
