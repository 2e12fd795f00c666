package io.matriarch.postgres;

import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.config.PostgresSection;
import io.matriarch.config.PostgresSettings;
import io.matriarch.value.Value.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A way to make a replica, of create_replica_methods (reference 6.7).
 *
 * @param section the section of the method's name, empty if there is none
 */
public record ReplicaMethod(String name, Mapping section) {
    static final String BASEBACKUP = "basebackup";
    private static final Set<String> SWITCHES = Set.of("no_params", "no_leader", "keep_data");

    /**
     * In the order in which they are tried.
     *
     * @param ofRemote to copy the remote primary of a standby cluster, which has methods of its own
     */
    public static List<ReplicaMethod> inEffect(
            PostgresSettings settings, DynamicConfiguration dynamic, boolean ofRemote) {
        Mapping section = PostgresSection.effective(settings, dynamic);
        return dynamic.standbyClusterSettings()
                .filter(_ -> ofRemote)
                .map(standby -> named(standby.createReplicaMethods(), section))
                .orElseGet(() -> of(section));
    }

    private static List<ReplicaMethod> of(Mapping postgresql) {
        List<String> names = names(postgresql, "create_replica_methods");
        return named(names.isEmpty() ? names(postgresql, "create_replica_method") : names, postgresql);
    }

    /** Of these names, in their order; pg_basebackup if there are none. */
    static List<ReplicaMethod> named(List<String> names, Mapping postgresql) {
        return (names.isEmpty() ? List.of(BASEBACKUP) : names)
                .stream()
                        .map(name -> new ReplicaMethod(name, postgresql.mapping(name)))
                        .toList();
    }

    private static List<String> names(Mapping postgresql, String key) {
        return postgresql.items(key).stream()
                .flatMap(item -> item.asText().stream())
                .toList();
    }

    /** pg_basebackup, unless somebody has given a command of their own under this name. */
    boolean isBasebackup() {
        return name.equals(BASEBACKUP) && section.text("command").isEmpty();
    }

    /** It finds the data elsewhere, in a backup for instance. */
    public boolean needsNoLeader() {
        return !isBasebackup() && section.bool("no_leader").orElse(false);
    }

    boolean keepsData() {
        return section.bool("keep_data").orElse(false);
    }

    List<String> arguments(String scope, PostgresSettings settings, String connectionString) {
        List<String> words =
                new ArrayList<>(ShellWords.split(section.text("command").orElse(name)));
        boolean bare = section.bool("no_params").orElse(false);
        section.entries().forEach((key, value) -> {
            if (!key.equals("command") && !(bare && SWITCHES.contains(key))) {
                words.add("--" + key + "=" + value.asText().orElse(""));
            }
        });
        if (!bare) {
            words.add("--scope=" + scope);
            words.add("--role=replica");
            words.add("--datadir=" + settings.dataDirectory());
            words.add("--connstring=" + connectionString);
        }
        return words;
    }
}
