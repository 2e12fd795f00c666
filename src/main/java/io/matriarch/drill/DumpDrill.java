package io.matriarch.drill;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.BackupSession;
import io.matriarch.backup.Program;
import io.matriarch.backup.ScratchPlace;
import io.matriarch.backup.ScratchServer;
import io.matriarch.config.DrillSettings.Check;
import io.matriarch.dump.NewestDump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The drill's second half: the newest dump is restored into an empty cluster, and asked. */
record DumpDrill(BackupSession session, Program programs, Memory memory, DiskLimit disk, Steps steps) {
    private static final Duration STARTING = Duration.ofMinutes(10);
    private static final Duration CREATING = Duration.ofMinutes(10);
    private static final Duration LONGEST_QUERY = Duration.ofHours(6);

    /** The files to restore from, and what becomes of them. */
    private static final int COPIES = 2;

    private static final long EMPTY_CLUSTER = 64L << 20;

    /** @param tables what is known of those that it lacks */
    void run(ScratchPlace place, List<Check> checks, GoneTables tables) throws ArchiveException {
        String superuser =
                session.configuration().postgresql().superuser().username().orElse("postgres");
        try {
            Path run = place.createRun();
            try (ScratchServer server = new ScratchServer(
                    programs,
                    place.data(),
                    run,
                    superuser,
                    new ScratchServer.Limits(parameters(), STARTING, disk.watch()))) {
                if (!steps.passes("dump", () -> restore(server, place.data(), run, superuser, tables))) {
                    return;
                }
                for (Check check : checks) {
                    SqlCheck step = new SqlCheck(check, (database, sql) -> server.query(database, sql, LONGEST_QUERY));
                    steps.passes("dump " + step.name(), step::run);
                }
            }
        } catch (IOException e) {
            throw new ArchiveException("can't use " + place.folder() + ": " + e.getMessage(), e);
        }
    }

    private Outcome restore(ScratchServer server, Path data, Path run, String superuser, GoneTables tables)
            throws ArchiveException, IOException {
        NewestDump dump = NewestDump.find(session);
        Optional<String> refusal = disk.refusal(EMPTY_CLUSTER + COPIES * dump.size());
        if (refusal.isPresent()) {
            return Outcome.failed(refusal.get());
        }
        List<String> arguments = new ArrayList<>(
                List.of("-D", data.toString(), "-U", superuser, "--auth=trust", "--no-sync", "--data-checksums"));
        arguments.addAll(dump.initdbArguments());
        programs.require("initdb");
        Program.Result created = programs.run(CREATING, "initdb", arguments);
        if (!created.ok()) {
            return Outcome.failed("initdb says: " + created.words());
        }
        server.start();
        Path files = Files.createDirectory(
                run.resolve("dump"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        dump.restore(run, ScratchServer.PORT, files);
        return tables.outcome(dump);
    }

    /** Nobody needs these data after a power failure. */
    private Map<String, String> parameters() {
        Map<String, String> parameters = new TreeMap<>(memory.parameters());
        parameters.put("default_transaction_read_only", "off");
        parameters.put("fsync", "off");
        parameters.put("wal_level", "minimal");
        parameters.put("max_wal_senders", "0");
        return parameters;
    }
}
