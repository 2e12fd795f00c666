package io.matriarch.config;

import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * PostgreSQL's parameters in effect for a role: the dynamic ones, patched by the local ones, with the controlled ones in Patroni's bounds (reference 2.13).
 *
 * @param file for postgresql.conf, sorted by name; names compare without regard to case
 * @param commandLine arguments {@code --name=value} for postgres
 * @param recovery recovery parameters that stand here instead of under recovery_conf, names in lower case
 * @param warnings one line for each setting that is ignored or replaced
 */
public record EffectiveParameters(
        Map<String, String> file, Map<String, String> recovery, List<String> commandLine, List<String> warnings) {
    public EffectiveParameters {
        Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.putAll(file);
        file = Collections.unmodifiableMap(sorted);
        recovery = Map.copyOf(recovery);
        commandLine = List.copyOf(commandLine);
        warnings = List.copyOf(warnings);
    }

    /**
     * @param majorVersion of the server, such as 150000; 0 if unknown
     * @param role chooses among parameters_primary, parameters_replica and parameters_standby_leader
     */
    public static EffectiveParameters of(
            Configuration configuration, DynamicConfiguration dynamic, int majorVersion, Role role) {
        PostgresSettings local = configuration.postgresql();
        ParameterMerge merge = new ParameterMerge(configuration);
        merge.dynamic(dynamic.postgresql().mapping("parameters"));
        merge.local(local.raw().mapping("parameters"));
        String forRole = "parameters_" + section(role);
        merge.forRole(forRole, PostgresSection.effective(local, dynamic).mapping(forRole));
        return merge.result(majorVersion, isSynchronous(dynamic));
    }

    /** What ends the names of the sections for this role: parameters_primary, pg_hba_replica and so on. */
    public static String section(Role role) {
        return switch (role) {
            case PRIMARY, PROMOTED -> "primary";
            case STANDBY_LEADER -> "standby_leader";
            case REPLICA, DEMOTED, UNINITIALIZED -> "replica";
        };
    }

    /** Off in a standby cluster, whatever is set. */
    private static boolean isSynchronous(DynamicConfiguration dynamic) {
        boolean standbyCluster = dynamic.raw().mapping("standby_cluster").entries().keySet().stream()
                .anyMatch(List.of("host", "port", "restore_command")::contains);
        boolean wanted = dynamic.raw().text("synchronous_mode").stream().anyMatch("quorum"::equalsIgnoreCase)
                || dynamic.raw().bool("synchronous_mode").orElse(false);
        return wanted && !standbyCluster;
    }

    /** The arguments in the order of reference 2.13. */
    static List<String> commandLine(Map<String, String> parameters) {
        List<String> arguments = new ArrayList<>();
        for (ControlledParameter parameter : ControlledParameter.values()) {
            String name = parameter.parameterName();
            if (parameter.isOnCommandLine() && parameters.containsKey(name)) {
                arguments.add("--" + name + "=" + parameters.get(name));
            }
        }
        return arguments;
    }
}
