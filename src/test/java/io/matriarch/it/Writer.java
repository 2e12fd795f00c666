package io.matriarch.it;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A client that writes a numbered row every 20 ms at one port, reconnects when that fails, and remembers every row that was acknowledged. Replication is
 * asynchronous: what a killed server acknowledged in its last second may be lost, and only that ({@link #mayBeLost}).
 */
final class Writer implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration REPLICATION = Duration.ofSeconds(1);
    private static final Duration SETTLED = Duration.ofSeconds(3);
    private static final double BRIEFEST_GAP = 0.1;
    private static final Duration LAST_WORDS = Duration.ofMillis(500);

    private final String url;
    private final String table;
    private final Thread thread;
    private final List<Row> acknowledged = new CopyOnWriteArrayList<>();
    private final List<Excuse> excuses = new CopyOnWriteArrayList<>();
    private volatile boolean ended;
    private long number;
    private Optional<Connection> connection = Optional.empty();

    /** An acknowledged row: when (System.nanoTime), and by the server at which port. */
    record Row(long number, long when, int server) {}

    private record Excuse(int server, long from, long to) {}

    Writer(int port) {
        this(Node.url(port), "written");
    }

    /** Writes into a table of its own, where a JDBC URL leads to. */
    Writer(String url, String table) {
        this.url = url;
        this.table = table;
        Node.queryAt(
                url,
                "create table if not exists " + table
                        + "(number bigint primary key, written_at timestamptz default clock_timestamp())");
        number = Long.parseLong(Node.queryAt(url, "select coalesce(max(number), 0) from " + table));
        thread = Thread.ofPlatform().daemon().name("writer").start(this::work);
    }

    private void work() {
        while (!ended) {
            number++;
            try {
                insert();
            } catch (SQLException _) {
                disconnect();
            }
            pause();
        }
        disconnect();
    }

    private void insert() throws SQLException {
        if (connection.isEmpty()) {
            connection = Optional.of(DriverManager.getConnection(url));
        }
        try (PreparedStatement statement = connection
                .get()
                .prepareStatement("insert into " + table + "(number) values (?) returning inet_server_port()")) {
            statement.setLong(1, number);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                acknowledged.add(new Row(number, System.nanoTime(), result.getInt(1)));
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

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** A server was killed at the time: what it acknowledged just before may be lost. Its sessions may live a moment longer than its postmaster. */
    void mayBeLost(Node killed, long when) {
        mayBeLost(killed, when, when);
    }

    /** A server that was killed at {@code until} replicated nothing from {@code since} on. */
    void mayBeLost(Node killed, long since, long until) {
        excuses.add(new Excuse(killed.databasePort(), since - REPLICATION.toNanos(), until + LAST_WORDS.toNanos()));
    }

    private boolean isExcused(Row row) {
        return excuses.stream()
                .anyMatch(excuse ->
                        excuse.server() == row.server() && row.when() > excuse.from() && row.when() < excuse.to());
    }

    long acknowledgedRows() {
        return acknowledged.size();
    }

    /** The longest time between two acknowledged rows since then, in seconds. */
    double longestGap(long since) {
        List<Row> rows = new ArrayList<>(acknowledged);
        long longest = 0;
        long previous = since;
        for (Row row : rows) {
            if (row.when() > since) {
                longest = Math.max(longest, row.when() - previous);
                previous = row.when();
            }
        }
        return longest / 1e9;
    }

    /** After a failure at the time: whatever pause comes of it has passed. A proxied connection may notice late, so a few seconds without a pause are awaited. */
    void awaitGap(long since) {
        LocalCluster.await("writes after a failure", 120, () -> {
            List<Row> rows = new ArrayList<>(acknowledged);
            if (rows.isEmpty() || System.nanoTime() - rows.getLast().when() > SETTLED.toNanos()) {
                return false;
            }
            long from = System.nanoTime() - SETTLED.toNanos();
            boolean settled = rows.stream().filter(row -> row.when() > from).count() > SETTLED.toMillis() / 60;
            return settled && longestGap(since) > BRIEFEST_GAP && from > since;
        });
    }

    /** Rows are acknowledged again, and go on being so for a moment. */
    void awaitWrites() {
        long before = acknowledgedRows();
        LocalCluster.await("writes through HAProxy", 60, () -> acknowledgedRows() > before + 20);
    }

    /** Rows that were acknowledged, must be there, and aren't. */
    List<Row> lostRows() {
        return lostRows(url);
    }

    /** The same at another server, such as a restored one. */
    List<Row> lostRows(String elsewhere) {
        Set<Long> present = new HashSet<>();
        try (Connection reader = DriverManager.getConnection(elsewhere);
                ResultSet result = reader.createStatement().executeQuery("select number from " + table)) {
            while (result.next()) {
                present.add(result.getLong(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("can't read the rows: " + e.getMessage(), e);
        }
        List<Row> known = new ArrayList<>(acknowledged);
        return known.stream()
                .filter(row -> !present.contains(row.number()) && !isExcused(row))
                .filter(row -> row.when() < System.nanoTime() - 1_000_000_000L)
                .toList();
    }

    /**
     * Rows acknowledged since then that aren't there, without those that a server acknowledged in the last second before its end: replication is asynchronous.
     * A server's end is where it acknowledged nothing for three seconds.
     */
    List<Row> lostBeyondReplication(long since) {
        List<Row> known =
                acknowledged.stream().filter(row -> row.when() > since).toList();
        return lostRows().stream()
                .filter(row -> row.when() > since && endOf(row, known) - row.when() > REPLICATION.toNanos())
                .toList();
    }

    private static long endOf(Row row, List<Row> known) {
        long end = row.when();
        for (Row later : known) {
            if (later.server() == row.server() && later.when() > end && later.when() - end < SETTLED.toNanos()) {
                end = later.when();
            }
        }
        return end;
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join(Duration.ofSeconds(15));
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }
}
