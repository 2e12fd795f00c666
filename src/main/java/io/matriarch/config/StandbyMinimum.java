package io.matriarch.config;

import java.util.Map;
import java.util.OptionalLong;

/**
 * The parameters that a standby must not have lower than its primary had when it wrote the WAL: PostgreSQL refuses to start one otherwise. Raised, they need a restart
 * of the standbys before the primary's; lowered, of the primary before the standbys' (reference 2.14).
 */
public final class StandbyMinimum {
    private static final Map<String, String> CONTROL_DATA = Map.of(
            "max_connections", "max_connections setting",
            "max_prepared_transactions", "max_prepared_xacts setting",
            "max_locks_per_transaction", "max_locks_per_xact setting",
            "max_worker_processes", "max_worker_processes setting",
            "max_wal_senders", "max_wal_senders setting");

    private StandbyMinimum() {}

    /** By parameter, what pg_controldata calls the primary's value. */
    public static Map<String, String> inControlData() {
        return CONTROL_DATA;
    }

    /** Whether a change that waits for a restart makes such a parameter lower. */
    public static boolean lowers(String parameter, String running, String wanted) {
        return compares(parameter, running, wanted) > 0;
    }

    /** Whether a change that waits for a restart makes such a parameter higher. */
    public static boolean raises(String parameter, String running, String wanted) {
        return compares(parameter, running, wanted) < 0;
    }

    /** Zero also for what is no number: nothing is known then. */
    private static int compares(String parameter, String running, String wanted) {
        OptionalLong now = Units.whole(running);
        OptionalLong then = Units.whole(wanted);
        return CONTROL_DATA.containsKey(parameter) && now.isPresent() && then.isPresent()
                ? Long.compare(now.getAsLong(), then.getAsLong())
                : 0;
    }
}
