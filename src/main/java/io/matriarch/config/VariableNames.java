package io.matriarch.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which PATRONI_* variable sets which key, and how its text is read (reference 2.16). Names are without the prefix. */
final class VariableNames {
    /** How the text becomes a value; numbers and booleans are understood wherever they are expected. */
    enum Form {
        TEXT,
        LIST,
        MAPPING,
        /** A text with Python's placeholders, or else a list of fields. */
        FORMAT
    }

    record Variable(String name, Form form, List<String> path) {}

    /** Old names come before the new ones, which win. */
    static final List<Variable> KNOWN = known();

    private static final Set<String> DCS_LISTS =
            Set.of("HOSTS", "PORTS", "CHECKS", "SERVICE_TAGS", "RETRIABLE_HTTP_CODES");
    private static final Set<String> DCS_MAPPINGS = Set.of("LABELS", "SET_ACLS", "AUTH_DATA", "BOOTSTRAP_LABELS");
    private static final Set<String> DCS_TEXTS = Set.of(
            ("HOST PORT USE_PROXIES PROTOCOL SRV SRV_SUFFIX URL PROXY CACERT CERT KEY VERIFY TOKEN DC CONSISTENCY "
                            + "REGISTER_SERVICE SERVICE_CHECK_INTERVAL SERVICE_CHECK_TLS_SERVER_NAME NAMESPACE CONTEXT "
                            + "USE_ENDPOINTS SCOPE_LABEL ROLE_LABEL POD_IP BYPASS_API_SERVICE KEY_PASSWORD USE_SSL GROUP "
                            + "DATABASE LEADER_LABEL_VALUE FOLLOWER_LABEL_VALUE STANDBY_LEADER_LABEL_VALUE TMP_ROLE_LABEL")
                    .split(" ", -1));
    private static final Set<String> SECTIONS = Set.of(
            "RESTAPI", "CTL", "SUPERUSER", "REPLICATION", "REWIND", "ETCD", "ETCD3", "RAFT", "CONSUL", "ZOOKEEPER");

    private VariableNames() {}

    /** How PATRONI_dcs_suffix is read; absent if there is no such suffix. */
    static Optional<Form> dcsForm(String suffix) {
        if (DCS_LISTS.contains(suffix)) {
            return Optional.of(Form.LIST);
        }
        if (DCS_MAPPINGS.contains(suffix)) {
            return Optional.of(Form.MAPPING);
        }
        return DCS_TEXTS.contains(suffix) ? Optional.of(Form.TEXT) : Optional.empty();
    }

    /** Whether PATRONI_name_PASSWORD is a section's and not that of a user called so. */
    static boolean isSection(String name) {
        return SECTIONS.contains(name);
    }

    private static List<Variable> known() {
        List<Variable> variables = new ArrayList<>();
        for (String key : "name namespace scope thread_pool_size thread_stack_size".split(" ", -1)) {
            variables.add(new Variable(upper(key), Form.TEXT, List.of(key)));
        }
        variables.add(new Variable("LOGLEVEL", Form.TEXT, List.of("log", "level")));
        variables.add(new Variable("LOGFORMAT", Form.FORMAT, List.of("log", "format")));
        variables.add(new Variable("LOG_DATEFMT", Form.TEXT, List.of("log", "dateformat")));
        add(
                variables,
                "log",
                Form.TEXT,
                "type level traceback_level dateformat max_queue_size dir mode file_size file_num deduplicate_heartbeat_logs");
        add(variables, "log", Form.FORMAT, "format");
        add(variables, "log", Form.MAPPING, "static_fields loggers");
        add(
                variables,
                "restapi",
                Form.TEXT,
                "listen connect_address certfile keyfile keyfile_password cafile ciphers verify_client "
                        + "allowlist_include_members request_queue_size server_tokens");
        add(variables, "restapi", Form.MAPPING, "http_extra_headers https_extra_headers");
        add(variables, "restapi", Form.LIST, "allowlist");
        add(variables, "ctl", Form.TEXT, "insecure cacert certfile keyfile keyfile_password");
        add(
                variables,
                "postgresql",
                Form.TEXT,
                "listen connect_address proxy_address config_dir data_dir pgpass bin_dir");
        addNested(variables);
        add(
                variables,
                "raft",
                Form.TEXT,
                "data_dir self_addr password bind_addr min_timeout max_timeout connection_timeout append_entries_period "
                        + "connection_retry_time leader_fallback_timeout");
        add(variables, "raft", Form.LIST, "partner_addrs");
        return List.copyOf(variables);
    }

    private static void addNested(List<Variable> variables) {
        for (String section : List.of("restapi", "ctl")) {
            for (String key : List.of("username", "password")) {
                variables.add(
                        new Variable(upper(section + "_" + key), Form.TEXT, List.of(section, "authentication", key)));
            }
        }
        for (String binary :
                "pg_ctl initdb pg_controldata pg_basebackup postgres pg_isready pg_rewind".split(" ", -1)) {
            variables.add(new Variable(
                    upper("postgresql_bin_" + binary), Form.TEXT, List.of("postgresql", "bin_name", binary)));
        }
        for (String user : List.of("superuser", "replication", "rewind")) {
            for (String key : PostgresReader.AUTHENTICATION_KEYS) {
                variables.add(new Variable(
                        upper(user + "_" + key), Form.TEXT, List.of("postgresql", "authentication", user, key)));
            }
        }
    }

    private static void add(List<Variable> variables, String section, Form form, String keys) {
        for (String key : keys.split(" ", -1)) {
            variables.add(new Variable(upper(section + "_" + key), form, List.of(section, key)));
        }
    }

    private static String upper(String key) {
        return key.toUpperCase(Locale.ROOT);
    }
}
