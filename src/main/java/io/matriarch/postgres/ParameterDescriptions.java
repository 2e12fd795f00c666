package io.matriarch.postgres;

import io.matriarch.config.PostgresSettings;
import io.matriarch.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The parameters that the installed PostgreSQL knows, told by its program without a server. */
public final class ParameterDescriptions {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private ParameterDescriptions() {}

    /** Contexts such as {@code postmaster} by name; empty when the program can't be run. */
    public static Map<String, String> contexts(PostgresSettings settings) {
        PgTools.Result result = new PgTools(settings)
                .run("postgres", List.of("--describe-config"), Map.of("LC_ALL", "C"), Deadline.after(PATIENCE));
        Map<String, String> contexts = new TreeMap<>();
        if (result.ok()) {
            result.output().lines().map(line -> line.split("\t", 3)).forEach(cells -> {
                if (cells.length == 3) {
                    contexts.put(cells[0], cells[1]);
                }
            });
        }
        return contexts;
    }
}
