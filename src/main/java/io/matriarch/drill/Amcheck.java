package io.matriarch.drill;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.Program;
import io.matriarch.backup.ScratchServer;
import io.matriarch.config.DrillSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What pg_amcheck says about tables and indexes in all databases. */
record Amcheck(Program programs, ScratchServer server, DrillSettings.Amcheck extent) {
    private static final Duration PATIENCE = Duration.ofHours(24);
    private static final String UNLESS = ", or set backup.drill.amcheck: off";

    Outcome run() throws ArchiveException {
        return switch (extent) {
            case OFF -> Outcome.passed("left out: backup.drill.amcheck is off");
            case HEAP -> check(List.of());
            case FULL -> check(List.of("--heapallindexed"));
        };
    }

    private Outcome check(List<String> more) throws ArchiveException {
        try {
            programs.require("pg_amcheck");
        } catch (ArchiveException missing) {
            return Outcome.failed(missing.getMessage() + UNLESS);
        }
        if (server.query("postgres", "SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'")
                .equals("0")) {
            return Outcome.failed("PostgreSQL's extension amcheck isn't installed here: install it" + UNLESS);
        }
        for (String database : server.query("postgres", "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn")
                .lines()
                .toList()) {
            server.query(
                    database,
                    "BEGIN READ WRITE; CREATE EXTENSION IF NOT EXISTS amcheck WITH SCHEMA pg_catalog; COMMIT");
        }
        List<String> arguments = new ArrayList<>(server.connection());
        arguments.addAll(List.of("--no-password", "--all", "--jobs=1"));
        arguments.addAll(more);
        Program.Result result = programs.run(PATIENCE, "pg_amcheck", arguments);
        return result.ok() ? Outcome.passed() : Outcome.failed("pg_amcheck says: " + result.words());
    }
}
