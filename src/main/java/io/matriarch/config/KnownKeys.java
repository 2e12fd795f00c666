package io.matriarch.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The keys of the configuration that have a meaning, by section. */
public final class KnownKeys {
    /** Of sections with names of one's own, such as custom methods, only the usual keys stand here; nothing is said of tags and users. */
    private static final Map<String, String> SECTIONS = Map.ofEntries(
            Map.entry(
                    "",
                    "name namespace scope thread_pool_size thread_stack_size log restapi ctl bootstrap etcd etcd3 consul"
                            + " zookeeper exhibitor kubernetes raft postgresql watchdog tags citus backup"),
            Map.entry(
                    "log",
                    "type level traceback_level format dateformat static_fields max_queue_size dir mode file_num"
                            + " file_size loggers deduplicate_heartbeat_logs"),
            Map.entry(
                    "restapi",
                    "listen connect_address authentication certfile keyfile keyfile_password cafile ciphers"
                            + " verify_client allowlist allowlist_include_members http_extra_headers https_extra_headers"
                            + " request_queue_size thread_pool_size server_tokens"),
            Map.entry("restapi.authentication", "username password"),
            Map.entry("ctl", "authentication insecure cacert certfile keyfile keyfile_password"),
            Map.entry("ctl.authentication", "username password"),
            Map.entry(
                    "etcd3",
                    "host hosts port url proxy use_proxies srv srv_suffix discovery_srv srv_domain protocol username"
                            + " password cacert cert key"),
            Map.entry("bootstrap", "dcs method initdb pg_hba post_bootstrap post_init users"),
            Map.entry(
                    "bootstrap.initdb",
                    "encoding locale lc-collate lc-ctype lc-messages lc-monetary lc-numeric lc-time locale-provider"
                            + " icu-locale icu-rules builtin-locale data-checksums no-data-checksums waldir wal-segsize"
                            + " auth auth-host auth-local username allow-group-access text-search-config no-sync"
                            + " no-instructions no-locale set no-clean debug show sync-method"),
            Map.entry(
                    "bootstrap.dcs",
                    "ttl loop_wait retry_timeout maximum_lag_on_failover maximum_lag_on_syncnode max_timelines_history"
                            + " primary_start_timeout master_start_timeout primary_stop_timeout master_stop_timeout"
                            + " primary_race_backoff synchronous_mode synchronous_mode_strict synchronous_node_count"
                            + " failsafe_mode failsafe_quorum failover_slots check_timeline pause member_slots_ttl slots"
                            + " permanent_slots permanent_replication_slots ignore_slots standby_cluster postgresql backup_jobs"),
            Map.entry(
                    "bootstrap.dcs.standby_cluster",
                    "host port restore_command primary_slot_name create_replica_methods archive_cleanup_command"
                            + " recovery_min_apply_delay"),
            Map.entry(
                    "bootstrap.dcs.backup_jobs",
                    "base incremental dump expire drill node timezone grace max_rate repositories"),
            Map.entry("bootstrap.dcs.backup_jobs.repositories", "base incremental dump expire drill"),
            Map.entry("postgresql.authentication", "superuser replication rewind"),
            Map.entry(
                    "postgresql.bin_name", "pg_ctl initdb pg_controldata pg_basebackup postgres pg_isready pg_rewind"),
            Map.entry("postgresql.callbacks", "on_start on_stop on_restart on_reload on_role_change"),
            Map.entry("backup", "repositories spool workers prefetch retention dump drill notify"),
            Map.entry("backup.retention", "keep_count keep_days keep_wal_days"),
            Map.entry("backup.notify", "command webhook cafile"),
            Map.entry("backup.dump", "databases retention"),
            Map.entry("backup.dump.retention", "keep_count keep_days"),
            Map.entry("backup.drill", "scratch max_disk reserve memory amcheck checks heartbeat dump max_rpo max_rto"),
            Map.entry("backup.drill.heartbeat", "database sql"),
            Map.entry("backup.drill.dump", "checks"),
            Map.entry("watchdog", "mode device safety_margin driver"));

    private static final String USER_KEYS = String.join(" ", PostgresReader.AUTHENTICATION_KEYS);

    private static final String POSTGRESQL =
            "listen connect_address proxy_address database data_dir config_dir config_base_name bin_dir bin_name pgpass"
                    + " authentication parameters parameters_primary parameters_replica parameters_standby_leader pg_hba"
                    + " pg_hba_primary pg_hba_replica pg_hba_standby_leader pg_ident pg_ident_primary pg_ident_replica"
                    + " pg_ident_standby_leader custom_conf recovery_conf callbacks create_replica_methods"
                    + " create_replica_method basebackup rewind use_pg_rewind remove_data_directory_on_rewind_failure"
                    + " remove_data_directory_on_diverged_timelines pg_ctl_timeout use_unix_socket use_unix_socket_repl"
                    + " pre_promote before_stop krbsrvname use_slots replication superuser pg_rewind";

    private KnownKeys() {}

    /** The keys that the section {@code path} may have, given as {@code restapi.authentication}; empty text is the whole document. */
    public static Optional<List<String>> in(String path) {
        String section = path.equals("etcd") ? "etcd3" : path;
        Optional<String> words = switch (section) {
            case "postgresql", "bootstrap.dcs.postgresql" -> Optional.of(POSTGRESQL);
            case "postgresql.authentication.superuser",
                    "postgresql.authentication.replication",
                    "postgresql.authentication.rewind" -> Optional.of(USER_KEYS);
            default -> Optional.ofNullable(SECTIONS.get(section));
        };
        return words.map(text -> List.of(text.split(" ", -1)));
    }

    /** The sections that hold others or have keys of their own. */
    public static Set<String> sections() {
        Set<String> sections = new TreeSet<>(SECTIONS.keySet());
        sections.add("postgresql");
        for (String user : List.of("superuser", "replication", "rewind")) {
            sections.add("postgresql.authentication." + user);
        }
        return sections;
    }
}
