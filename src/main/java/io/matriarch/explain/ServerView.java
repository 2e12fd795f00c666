package io.matriarch.explain;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What this node's PostgreSQL says of its parameters.
 *
 * @param trouble why it can't be asked; empty when it answers
 * @param parameters by name; when the server is away only names and contexts, as its program tells them
 * @param files what its configuration files have, in the order in which it reads them: the later counts
 */
record ServerView(
        Optional<String> trouble, Map<String, Parameter> parameters, List<FileLine> files, Optional<Boolean> standby) {
    ServerView {
        Map<String, Parameter> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.putAll(parameters);
        parameters = sorted;
        files = List.copyOf(files);
    }

    /** No server to ask. */
    static ServerView away(String why, Map<String, String> contexts) {
        Map<String, Parameter> known = new TreeMap<>();
        contexts.forEach((name, context) ->
                known.put(name, new Parameter(context, Optional.empty(), Optional.empty(), "", false)));
        return new ServerView(Optional.of(why), known, List.of(), Optional.empty());
    }

    /**
     * One of pg_settings.
     *
     * @param origin pg_settings.source
     */
    record Parameter(
            String context,
            Optional<String> running,
            Optional<String> standard,
            String origin,
            boolean pendingRestart) {}

    /** One of pg_file_settings. */
    record FileLine(String file, int line, String name, String setting) {
        /** What ALTER SYSTEM writes. */
        boolean isAlterSystem() {
            return file.endsWith("/postgresql.auto.conf");
        }
    }

    Optional<Parameter> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }
}
