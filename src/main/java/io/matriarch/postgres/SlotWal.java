package io.matriarch.postgres;

import io.matriarch.cluster.Lsn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Whether a copy of a logical slot can be advanced here: decoding begins at the slot's restart_lsn, whose WAL a standby that was cloned later doesn't have. Copying
 * such a slot again changes nothing until its consumer has gone on.
 */
final class SlotWal {
    private static final Logger LOG = Logger.getLogger(SlotWal.class);
    private static final int SQL_TIMEOUT_MILLIS = 3000;

    private final Connections connections;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    SlotWal(Connections connections) {
        this.connections = connections;
    }

    /** Those of {@code copies} that are of use: new ones, so that their consumers meet an error later and no gap, and those whose WAL is here. */
    Map<String, SlotCopies.Copy> ofUse(Map<String, SlotCopies.Copy> copies) throws SQLException {
        try (Connection connection = connections.local("Patroni", SQL_TIMEOUT_MILLIS);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT (SELECT min(substr(name, 9)) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'),"
                                + " (SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'),"
                                + " (SELECT string_agg(slot_name, ' ') FROM pg_replication_slots)")) {
            row.next();
            Lsn oldest = begin(row.getString(1), row.getLong(2));
            Set<String> here =
                    Set.of(Optional.ofNullable(row.getString(3)).orElse("").split(" "));
            Map<String, SlotCopies.Copy> useful = new HashMap<>(copies);
            useful.entrySet()
                    .removeIf(copy -> here.contains(copy.getKey())
                            && isUseless(copy.getKey(), copy.getValue().restart(), oldest));
            return useful;
        }
    }

    private boolean isUseless(String name, Optional<Lsn> restart, Lsn oldest) {
        boolean useless = restart.filter(from -> !oldest.isAfter(from)).isEmpty();
        String state = name + restart.map(Lsn::toString).orElse("");
        if (useless && told.add(state)) {
            LOG.warnf(
                    "the logical slot %s can't be used after a failover to this node: %s. Nothing is copied until its consumer has received what is older",
                    name,
                    restart.map(from -> "it needs WAL from " + from + " on, and what is here begins at " + oldest)
                            .orElse("the primary itself no longer has the WAL that it needs"));
        }
        if (!useless) {
            told.removeIf(one -> one.startsWith(name));
        }
        return useless;
    }

    /** {@code segment} is the name of a segment without the timeline. */
    static Lsn begin(String segment, long segmentBytes) {
        long file = Long.parseLong(segment.substring(0, 8), 16);
        return new Lsn((file << Integer.SIZE) + Long.parseLong(segment.substring(8), 16) * segmentBytes);
    }
}
