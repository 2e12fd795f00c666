package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.backup.BackupName;
import io.matriarch.archive.backup.BackupName.Kind;
import io.matriarch.archive.backup.BackupWriter;
import io.matriarch.archive.backup.StoredArchive;
import io.matriarch.backup.FileTree;
import io.matriarch.backup.Progress;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Version;
import io.matriarch.file.FileProblem;
import io.matriarch.postgres.ServerAccess;
import io.matriarch.postgres.ServerProblem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Dumps databases of a server one after the other: each by pg_dump to a private folder, and from there to the repository, so that there is room for the largest one only. */
final class Dumping {
    private static final String IDENTITY =
            "SELECT system_identifier, current_setting('server_version_num') FROM pg_control_system()";
    private static final String LOCK_PATIENCE = "30min";
    private static final int PER_MAJOR = 10_000;

    private final Repository repository;
    private final ServerAccess server;
    private final ClientPrograms programs;
    private final Path folder;
    private final int jobs;
    private final Terminal terminal;

    /** @param folder a private one, and empty */
    Dumping(
            Repository repository,
            ServerAccess server,
            ClientPrograms programs,
            Path folder,
            int jobs,
            Terminal terminal) {
        this.repository = repository;
        this.server = server;
        this.programs = programs;
        this.folder = folder;
        this.jobs = jobs;
        this.terminal = terminal;
    }

    /** What a person wants. */
    record Wish(String label, String scope, DatabaseChoice choice) {}

    /** Makes a dump, whole or not at all. */
    DumpDescription create(Wish wish) throws ArchiveException {
        Instant started = Instant.now();
        List<String> identity = query(IDENTITY).getFirst();
        int version = Integer.parseInt(identity.getLast());
        int client = programs.requireVersion("pg_dump", version / PER_MAJOR, server.place());
        programs.requireVersion("pg_dumpall", version / PER_MAJOR, server.place());
        List<DatabaseFacts> databases = wish.choice().choose(query(DatabaseFacts.QUERY), server.place());
        BackupName name = new BackupName(Kind.DUMP, identity.getFirst(), wish.label());
        discardLeftovers(name.systemIdentifier());
        try (BackupWriter writer = BackupWriter.begin(repository, name, Optional.empty(), jobs)) {
            terminal.complain("dump " + wish.label() + " of " + server.place() + " to "
                    + repository.store().place() + " begins: "
                    + String.join(
                            ", ", databases.stream().map(DatabaseFacts::name).toList()));
            dumpGlobals(writer);
            List<List<TableName>> tables = new ArrayList<>();
            for (DatabaseFacts database : databases) {
                tables.add(dump(database, writer));
            }
            List<StoredArchive> archives = writer.finish();
            List<DumpedDatabase> dumped = new ArrayList<>();
            for (int index = 0; index < databases.size(); index++) {
                dumped.add(new DumpedDatabase(
                        databases.get(index), archives.get(index + 1), Optional.of(tables.get(index))));
            }
            DumpDescription dump = new DumpDescription(
                    name,
                    wish.scope(),
                    version,
                    client,
                    started,
                    Instant.now(),
                    dumped,
                    archives.getFirst(),
                    "Matriarch " + Version.MATRIARCH + " from " + server.place());
            writer.publish(dump.json());
            return dump;
        } catch (IOException e) {
            throw new ArchiveException("no dump was made: " + FileProblem.whereAndWhy(e), e);
        }
    }

    private List<List<String>> query(String sql) throws ArchiveException {
        try {
            return server.query(server.maintenanceDatabase(), sql);
        } catch (ServerProblem e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    /** It's no reason to make no dump that something can't be removed. */
    private void discardLeftovers(String systemIdentifier) {
        try {
            new DumpExpiry(repository, systemIdentifier, false, terminal::complain).removeLeftovers(Instant.now());
        } catch (ArchiveException e) {
            terminal.complain("Warning: what killed dumps have left stays: " + e.getMessage());
        }
    }

    private void dumpGlobals(BackupWriter writer) throws ArchiveException, IOException {
        if (repository.codec().keys().isEmpty()) {
            terminal.complain("the repository isn't encrypted: the hashes of the roles' passwords can be read in it");
        }
        Path file = folder.resolve(DumpDescription.GLOBALS);
        programs.run(
                "pg_dumpall",
                List.of(
                        "--globals-only",
                        "--no-password",
                        "--file=" + file,
                        "--dbname=" + server.connectionString(server.maintenanceDatabase())),
                SpaceWatch.of(folder));
        try (OutputStream out = writer.archive(DumpDescription.GLOBALS)) {
            Files.copy(file, out);
        }
        Files.delete(file);
    }

    /** Returns the tables that are in it. */
    private List<TableName> dump(DatabaseFacts database, BackupWriter writer) throws ArchiveException, IOException {
        LiveTables before = LiveTables.of(server, database.name());
        Path target = folder.resolve(Long.toString(database.oid()));
        List<String> arguments = new ArrayList<>(List.of(
                "--format=directory",
                "--jobs=" + jobs,
                "--no-password",
                "--no-sync",
                "--lock-wait-timeout=" + LOCK_PATIENCE,
                "--file=" + target,
                "--dbname=" + server.connectionString(database.name())));
        if (!repository.codec().suffix().isEmpty()) {
            // the repository compresses; twice would be slower and hardly smaller
            arguments.add("--compress=0");
        }
        programs.run("pg_dump", arguments, SpaceWatch.of(folder));
        List<TableName> tables = before.throughout(LiveTables.of(server, database.name()));
        requireAll(tables, database, target);
        Progress progress = new Progress(
                "dump of " + database.name() + ":", FileTree.size(target), terminal.isScreen(), System.err);
        try (OutputStream out = writer.archive(database.archive())) {
            new TarWriter(out, progress::advance).write(FileTree.entries(target));
        }
        progress.end();
        FileTree.delete(target);
        return tables;
    }

    /** What pg_dump leaves out would be missed when it's needed. */
    private void requireAll(List<TableName> tables, DatabaseFacts database, Path target) throws ArchiveException {
        String listing = programs.run("pg_restore", List.of("--list", target.toString()), SpaceWatch.of(folder));
        List<TableName> lacking = TableOfContents.parse(listing).lacking(tables);
        if (!lacking.isEmpty()) {
            throw new ArchiveException("no dump was made: pg_dump has left out " + TableName.shown(lacking)
                    + ", of the database " + database.name() + " at " + server.place()
                    + "; is the program in postgresql.bin_dir PostgreSQL's own?");
        }
    }
}
