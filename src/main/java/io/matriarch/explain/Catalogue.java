package io.matriarch.explain;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The settings apart from PostgreSQL's parameters: their defaults, and what changing them does. A section's line counts for all of its keys that have none of their own. */
final class Catalogue {
    /** Key, default if there is one, effect. */
    private static final String TABLE = """
            name | | AGENT_RESTART
            scope | | AGENT_RESTART
            namespace | service | AGENT_RESTART
            thread_pool_size | 5 | UNUSED
            thread_stack_size | 524288 | UNUSED
            consul | | UNUSED
            zookeeper | | UNUSED
            exhibitor | | UNUSED
            kubernetes | | UNUSED
            raft | | UNUSED
            citus | | UNUSED
            log | | AGENT_RELOAD
            log.type | plain | AGENT_RELOAD
            log.level | INFO | AGENT_RELOAD
            log.traceback_level | ERROR | AGENT_RELOAD
            log.format | %(asctime)s %(levelname)s: %(message)s | AGENT_RELOAD
            log.file_num | 4 | AGENT_RELOAD
            log.file_size | 25000000 | AGENT_RELOAD
            log.max_queue_size | 1000 | AGENT_RELOAD
            log.static_fields | | AGENT_RELOAD
            log.mode | | AGENT_RELOAD
            log.deduplicate_heartbeat_logs | true | AGENT_RELOAD
            restapi | | AGENT_RELOAD
            restapi.connect_address | as restapi.listen | AGENT_RELOAD
            restapi.authentication | | AGENT_RELOAD
            restapi.verify_client | none | AGENT_RELOAD
            restapi.allowlist | | AGENT_RELOAD
            restapi.allowlist_include_members | false | AGENT_RELOAD
            restapi.http_extra_headers | | AGENT_RELOAD
            restapi.https_extra_headers | | AGENT_RELOAD
            restapi.server_tokens | Original | AGENT_RELOAD
            restapi.request_queue_size | 5 | AGENT_RELOAD
            restapi.thread_pool_size | 5 | UNUSED
            restapi.ciphers | | AGENT_RELOAD
            ctl | | NEXT_CALL
            ctl.insecure | false | NEXT_CALL
            ctl.authentication.username | as restapi.authentication.username | NEXT_CALL
            ctl.authentication.password | as restapi.authentication.password | NEXT_CALL
            ctl.cacert | as restapi.cafile | NEXT_CALL
            etcd3 | | AGENT_RESTART
            etcd3.port | 2379 | AGENT_RESTART
            etcd3.protocol | http | AGENT_RESTART
            etcd3.use_proxies | false | AGENT_RESTART
            etcd | | AGENT_RESTART
            bootstrap | | BOOTSTRAP
            bootstrap.method | initdb | BOOTSTRAP
            tags | | AGENT_RELOAD
            backup | | NEXT_WAL
            backup.retention | | NEXT_CALL
            backup.drill | | NEXT_CALL
            backup.drill.reserve | 1GB | NEXT_CALL
            backup.drill.memory | 256MB | NEXT_CALL
            backup.drill.amcheck | heap | NEXT_CALL
            backup.drill.heartbeat.database | postgres | NEXT_CALL
            backup.notify | | NEXT_CALL
            backup.dump | | NEXT_CALL
            backup.dump.databases | all that allow connections | NEXT_CALL
            backup.workers | 2 | NEXT_WAL
            backup.prefetch | 8 | NEXT_WAL
            watchdog.mode | automatic | AGENT_RESTART
            watchdog.device | /dev/watchdog | AGENT_RESTART
            watchdog.safety_margin | 5 | AGENT_RESTART
            watchdog.driver | default | AGENT_RESTART
            ttl | 30 | DYNAMIC
            loop_wait | 10 | DYNAMIC
            retry_timeout | 10 | DYNAMIC
            maximum_lag_on_failover | 1048576 | DYNAMIC
            maximum_lag_on_syncnode | -1 | DYNAMIC
            max_timelines_history | 0 | DYNAMIC
            primary_start_timeout | 300 | DYNAMIC
            master_start_timeout | as primary_start_timeout | DYNAMIC
            primary_stop_timeout | 0 | DYNAMIC
            master_stop_timeout | as primary_stop_timeout | DYNAMIC
            primary_race_backoff | 0 | DYNAMIC
            synchronous_mode | false | DYNAMIC
            synchronous_mode_strict | false | DYNAMIC
            synchronous_node_count | 1 | DYNAMIC
            failsafe_mode | false | DYNAMIC
            failsafe_quorum | false | DYNAMIC
            failover_slots | false | DYNAMIC
            check_timeline | false | DYNAMIC
            pause | false | DYNAMIC
            member_slots_ttl | 1800 | DYNAMIC
            slots | | DYNAMIC
            permanent_slots | | DYNAMIC
            permanent_replication_slots | | DYNAMIC
            ignore_slots | | DYNAMIC
            standby_cluster | | DYNAMIC
            backup_jobs | | DYNAMIC
            postgresql | | NEXT_USE
            postgresql.listen | | POSTGRES_RESTART
            postgresql.connect_address | as postgresql.listen | AGENT_RELOAD
            postgresql.proxy_address | | AGENT_RELOAD
            postgresql.database | postgres | AGENT_RELOAD
            postgresql.data_dir | | AGENT_RESTART
            postgresql.config_dir | as postgresql.data_dir | AGENT_RESTART
            postgresql.config_base_name | postgresql | AGENT_RESTART
            postgresql.bin_dir | | AGENT_RESTART
            postgresql.bin_name | | AGENT_RESTART
            postgresql.pgpass | ~/pgpass | AGENT_RELOAD
            postgresql.authentication | | AGENT_RELOAD
            postgresql.authentication.rewind.username | as postgresql.authentication.superuser.username | AGENT_RELOAD
            postgresql.authentication.rewind.password | as postgresql.authentication.superuser.password | AGENT_RELOAD
            postgresql.pg_hba | | POSTGRES_RELOAD
            postgresql.pg_hba_primary | | POSTGRES_RELOAD
            postgresql.pg_hba_replica | | POSTGRES_RELOAD
            postgresql.pg_hba_standby_leader | | POSTGRES_RELOAD
            postgresql.pg_ident | | POSTGRES_RELOAD
            postgresql.pg_ident_primary | | POSTGRES_RELOAD
            postgresql.pg_ident_replica | | POSTGRES_RELOAD
            postgresql.pg_ident_standby_leader | | POSTGRES_RELOAD
            postgresql.recovery_conf | | POSTGRES_RELOAD
            postgresql.use_slots | true | DYNAMIC
            postgresql.use_pg_rewind | false | NEXT_USE
            postgresql.remove_data_directory_on_rewind_failure | false | NEXT_USE
            postgresql.remove_data_directory_on_diverged_timelines | false | NEXT_USE
            postgresql.create_replica_methods | basebackup | NEXT_USE
            postgresql.pg_ctl_timeout | 60 | NEXT_USE
            postgresql.use_unix_socket | false | AGENT_RELOAD
            postgresql.use_unix_socket_repl | false | AGENT_RELOAD
            """;

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    Catalogue() {
        TABLE.lines().forEach(line -> {
            String[] cells = line.split("\\|", -1);
            String standard = cells[1].strip();
            Effect effect = Effect.valueOf(cells[2].strip());
            entries.put(cells[0].strip(), new Entry(Optional.of(standard).filter(text -> !text.isEmpty()), effect));
        });
    }

    /** Of one setting. */
    record Entry(Optional<String> standard, Effect effect) {}

    /** Those with a line of their own. */
    Set<String> keys() {
        return Set.copyOf(entries.keySet());
    }

    Optional<String> standard(String key) {
        return Optional.ofNullable(entries.get(key)).flatMap(Entry::standard);
    }

    /** By the nearest line above; unknown for keys that nobody knows. */
    Effect effect(String key) {
        String section = key;
        while (true) {
            Entry entry = entries.get(section);
            if (entry != null) {
                return entry.effect();
            }
            int dot = section.lastIndexOf('.');
            if (dot < 0) {
                return Effect.UNUSED;
            }
            section = section.substring(0, dot);
        }
    }
}
