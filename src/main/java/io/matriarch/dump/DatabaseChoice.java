package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which databases are dumped.
 *
 * @param named on the command line
 * @param all whether the configuration doesn't count
 * @param excluded on the command line; names that no database has are no mistake
 * @param configured in {@code backup.dump.databases}
 */
record DatabaseChoice(List<String> named, boolean all, List<String> excluded, List<String> configured) {
    DatabaseChoice {
        named = List.copyOf(named);
        excluded = List.copyOf(excluded);
        configured = List.copyOf(configured);
    }

    /**
     * @param rows of {@link DatabaseFacts#QUERY}
     * @throws ArchiveException if one that is named isn't there, or none is left
     */
    List<DatabaseFacts> choose(List<List<String>> rows, String place) throws ArchiveException {
        List<String> wanted = !named.isEmpty() ? named : all ? List.of() : configured;
        List<DatabaseFacts> chosen = new ArrayList<>();
        for (String name : wanted.stream().distinct().toList()) {
            chosen.add(rows.stream()
                    .map(DatabaseFacts::of)
                    .filter(database -> database.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new ArchiveException("there is no database " + name
                            + " that allows connections on " + place + ": "
                            + (named.isEmpty() ? "correct backup.dump.databases" : "correct --database"))));
        }
        if (wanted.isEmpty()) {
            rows.stream()
                    .filter(row -> !DatabaseFacts.isTemplate(row))
                    .map(DatabaseFacts::of)
                    .forEach(chosen::add);
        }
        chosen.removeIf(database -> excluded.contains(database.name()));
        if (chosen.isEmpty()) {
            throw new ArchiveException("there is no database to dump on " + place + ": all are excluded");
        }
        return chosen;
    }
}
