package io.matriarch.config;

import java.util.Set;

/** The parameters of postgresql.conf that were in recovery.conf before PostgreSQL 12, in lower case: what a standby recovers from (reference 6.5). */
public final class RecoveryParameterNames {
    public static final Set<String> ALL = Set.of(
            "archive_cleanup_command",
            "primary_conninfo",
            "primary_slot_name",
            "promote_trigger_file",
            "recovery_end_command",
            "recovery_min_apply_delay",
            "recovery_target",
            "recovery_target_action",
            "recovery_target_inclusive",
            "recovery_target_lsn",
            "recovery_target_name",
            "recovery_target_time",
            "recovery_target_timeline",
            "recovery_target_xid",
            "restore_command");

    private RecoveryParameterNames() {}
}
