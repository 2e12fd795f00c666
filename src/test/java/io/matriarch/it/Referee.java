package io.matriarch.it;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Tries a tiny write directly at every node ten times a second, and knows from the accepted ones whether two nodes were primary at once. A promotion starts a
 * new timeline, so: no timeline may be written by two nodes, and nobody may accept a write on a timeline after a later one accepted.
 */
final class Referee implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final String WRITE =
            "update refereed set number = number + 1 where id = 1 returning substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

    private final List<Accept> accepts = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    /** A write that a node accepted: sent and acknowledged at these times (System.nanoTime), on a timeline. */
    private record Accept(String node, long sent, long acknowledged, long timeline) {}

    /** Without probes of its own: it is told of the writes that nodes accepted. */
    Referee() {}

    /** A write that was sent and acknowledged at these times (System.nanoTime). */
    void accepted(String node, long sent, long acknowledged, long timeline) {
        accepts.add(new Accept(node, sent, acknowledged, timeline));
    }

    Referee(LocalCluster cluster) {
        Node primary = cluster.primary();
        primary.query("create table if not exists refereed(id int primary key, number bigint)");
        primary.query("insert into refereed values (1, 0) on conflict do nothing");
        for (Node node : cluster.nodes()) {
            threads.add(Thread.ofPlatform().daemon().name("referee of " + node).start(() -> watch(node)));
        }
    }

    private void watch(Node node) {
        Optional<Connection> connection = Optional.empty();
        while (!ended) {
            try {
                if (connection.isEmpty()) {
                    connection = Optional.of(DriverManager.getConnection(node.url()));
                }
                probe(node, connection.get());
            } catch (SQLException e) {
                if (!"25006".equals(e.getSQLState())) { // not merely read-only
                    connection = close(connection);
                }
            }
            pause();
        }
        close(connection);
    }

    private void probe(Node node, Connection connection) throws SQLException {
        long sent = System.nanoTime();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(WRITE)) {
            if (result.next()) {
                accepts.add(new Accept(node.name(), sent, System.nanoTime(), Long.parseLong(result.getString(1), 16)));
            }
        }
    }

    private static Optional<Connection> close(Optional<Connection> connection) {
        connection.ifPresent(open -> {
            try {
                open.close();
            } catch (SQLException _) {
                // it was of no use any more
            }
        });
        return Optional.empty();
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    int acceptedWrites() {
        return accepts.size();
    }

    /** What shows that two nodes accepted writes at once; empty when none did. */
    List<String> violations() {
        List<Accept> ordered = new ArrayList<>(accepts);
        ordered.sort(Comparator.comparingLong(Accept::acknowledged));
        List<String> found = new ArrayList<>();
        Map<Long, String> owners = new HashMap<>();
        for (Accept accept : ordered) {
            String owner = owners.computeIfAbsent(accept.timeline(), _ -> accept.node());
            if (!owner.equals(accept.node())) {
                found.add("timeline " + accept.timeline() + " was written by " + owner + " and " + accept.node());
            }
        }
        found.addAll(late(ordered));
        return found.stream().distinct().toList();
    }

    private static List<String> late(List<Accept> ordered) {
        List<String> found = new ArrayList<>();
        long newest = 0;
        long since = 0;
        for (Accept accept : ordered) {
            if (accept.timeline() > newest) {
                newest = accept.timeline();
                since = accept.acknowledged();
            } else if (accept.timeline() < newest && accept.sent() > since) {
                found.add(accept.node() + " accepted a write on timeline " + accept.timeline() + " when timeline "
                        + newest + " had been writable");
            }
        }
        return found;
    }

    @Override
    public void close() {
        ended = true;
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofSeconds(15));
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }
    }
}
