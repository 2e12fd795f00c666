package io.matriarch.postgres;

import io.matriarch.cluster.OperationResult;
import io.matriarch.config.Configuration;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A person's own way to make a new cluster, a restore from a backup perhaps: {@code bootstrap.method} and the section of that name (reference 2.7 and 6.6).
 *
 * @param section {@code bootstrap.<method>}
 */
record CustomBootstrap(String method, String command, Mapping section) {
    private static final Duration PATIENCE = Duration.ofDays(3);
    private static final Set<String> NO_ARGUMENTS =
            Set.of("command", "no_params", "keep_existing_recovery_conf", "recovery_conf", "scope", "datadir");

    /** Absent for initdb, also when the method has no command. */
    static Optional<CustomBootstrap> of(Configuration configuration) {
        return configuration
                .bootstrap()
                .method()
                .filter(method -> !method.equals("initdb"))
                .flatMap(method -> {
                    Mapping section = configuration.bootstrap().raw().mapping(method);
                    return section.text("command").map(command -> new CustomBootstrap(method, command, section));
                });
    }

    /** Runs the command; the data directory is its own affair. */
    OperationResult run(PgTools tools, Configuration configuration, Cancellation cancellation) {
        PgTools.Result result =
                PgTools.runCommand(arguments(configuration), Map.of(), Deadline.after(PATIENCE), cancellation);
        if (cancellation.requested()) {
            return new OperationResult.Cancelled();
        }
        return result.ok()
                ? new OperationResult.Succeeded()
                : new OperationResult.Failed(
                        "bootstrap." + method + ".command exited with " + result.exitCode() + ": " + result.lastLine());
    }

    List<String> arguments(Configuration configuration) {
        List<String> words = new ArrayList<>(ShellWords.split(command));
        if (!section.bool("no_params").orElse(false)) {
            words.add("--scope=" + configuration.scope());
            words.add("--datadir=" + configuration.postgresql().dataDirectory());
        }
        section.entries().forEach((name, value) -> {
            if (!NO_ARGUMENTS.contains(name)) {
                words.add("--" + name + "=" + value.asText().orElse(""));
            }
        });
        return words;
    }

    boolean keepsRecoveryConf() {
        return section.bool("keep_existing_recovery_conf").orElse(false);
    }

    /** How the restored cluster recovers; empty without a recovery_conf, then it starts as it is. */
    Optional<Recovery> recovery(int majorVersion) {
        Mapping given = section.mapping("recovery_conf");
        if (given.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> parameters = new TreeMap<>(RecoveryParameters.given(given, majorVersion));
        // with the server's own default it would wait at its target for somebody who never comes
        parameters.putIfAbsent("recovery_target_action", "promote");
        return Optional.of(new Recovery(parameters, given.bool("standby_mode").orElse(false)));
    }

    /** hot_standby would make a server refuse to start whose parameters are lower than its primary's were (reference 6.4). */
    boolean mustNotAnswerInRecovery(int majorVersion) {
        return keepsRecoveryConf()
                || recovery(majorVersion)
                        .filter(recovery ->
                                "promote".equals(recovery.parameters().get("recovery_target_action")))
                        .isPresent();
    }

    /** Parameters, and which of the signal files. */
    record Recovery(Map<String, String> parameters, boolean standby) {}
}
