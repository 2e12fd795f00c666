package io.matriarch.postgres;

import io.matriarch.cluster.SlotName;
import io.matriarch.cluster.Upstream;
import java.net.MalformedURLException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Whether copied logical slots can be used after a failover (reference 5.20 and 6.8). The primary removes old rows of its catalogs by its own slots alone until hot_standby_feedback
 * has told it what this standby's slots need; decoding from a slot that was copied before would miss them. It is looked after every few seconds on a thread of its own, which
 * ends when all slots are ready. Safe for several threads.
 */
final class SlotReadiness {
    private static final Logger LOG = Logger.getLogger(SlotReadiness.class);
    private static final int SQL_TIMEOUT_MILLIS = 3000;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Connections connections;
    private final String physicalSlot;
    private final PendingSlots pending = new PendingSlots();
    private final Supplier<Optional<Upstream>> upstream;
    private final AtomicBoolean watching = new AtomicBoolean();

    /**
     * @param self the member's name
     * @param upstream whom this standby follows now; a new leader gets its feedback too
     */
    SlotReadiness(Connections connections, String self, Supplier<Optional<Upstream>> upstream) {
        this.connections = connections;
        this.upstream = upstream;
        this.physicalSlot = SlotName.of(self);
    }

    /** These were just taken over from the primary. */
    void copied(Collection<String> names) {
        pending.add(names);
        if (watching.compareAndSet(false, true)) {
            Thread.ofPlatform().name("slot-readiness").daemon().start(this::watch);
        }
    }

    /** A promotion begins: whoever reads from the slots has to know. */
    void promoting() {
        List<String> unsafe = pending.names();
        if (!unsafe.isEmpty()) {
            LOG.warnf("Logical replication slots that might be unsafe to use after promote: %s", unsafe);
        }
        pending.clear();
    }

    private void watch() {
        try {
            while (!pending.names().isEmpty()) {
                Thread.sleep(PAUSE);
                look();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            watching.set(false);
        }
    }

    private void look() {
        Optional<Upstream> followed = upstream.get();
        if (followed.isEmpty()) {
            return;
        }
        List<String> names = pending.names();
        Map<String, Long> there = new HashMap<>();
        Map<String, Long> here = new HashMap<>();
        try {
            try (Connection connection = connections.rewinding(ConnInfo.Address.of(followed.get()), "Patroni")) {
                read(connection, names, there);
            }
            try (Connection connection = connections.local("Patroni", SQL_TIMEOUT_MILLIS)) {
                read(connection, names, here);
            }
        } catch (SQLException | MalformedURLException e) {
            LOG.debugf("the logical slots' readiness isn't known: %s", e.getMessage());
            return;
        }
        Optional<Long> physical = Optional.ofNullable(there.get(physicalSlot));
        pending.judge(physical, there, here)
                .forEach(name -> LOG.infof("Logical slot %s is safe to be used after a failover", name));
    }

    private void read(Connection connection, List<String> names, Map<String, Long> horizons) throws SQLException {
        List<String> all = new ArrayList<>(names);
        all.add(physicalSlot);
        try (PreparedStatement query =
                connection.prepareStatement("SELECT slot_name, catalog_xmin::text::bigint FROM pg_replication_slots"
                        + " WHERE catalog_xmin IS NOT NULL AND slot_name = ANY (?)")) {
            query.setArray(1, connection.createArrayOf("text", all.toArray()));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    horizons.put(row.getString(1), row.getLong(2));
                }
            }
        }
    }
}
