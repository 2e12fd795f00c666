package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.BackupSession;
import io.matriarch.backup.FileTree;
import io.matriarch.config.HostPort;
import io.matriarch.config.PostgresPrograms;
import io.matriarch.config.PostgresSettings;
import io.matriarch.file.FileProblem;
import io.matriarch.postgres.ServerAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The newest dump of the cluster, in whatever state it is, to be restored as a whole into an empty server. */
public final class NewestDump {
    private static final String MAINTENANCE = "postgres";

    private final BackupSession session;
    private final DumpDescription dump;
    private final Optional<DumpDescription> previous;

    private NewestDump(BackupSession session, DumpDescription dump, Optional<DumpDescription> previous) {
        this.session = session;
        this.dump = dump;
        this.previous = previous;
    }

    /** Whether there are dumps of the cluster. */
    public static boolean any(BackupSession session) throws ArchiveException {
        return !new Dumps(session).catalog().dumps().isEmpty();
    }

    /** @throws ArchiveException if there is none */
    public static NewestDump find(BackupSession session) throws ArchiveException {
        Dumps dumps = new Dumps(session);
        List<DumpDescription> all = dumps.readable().dumps();
        DumpDescription newest = all.getLast();
        List<String> missing = dumps.missing(newest);
        if (!missing.isEmpty()) {
            throw new ArchiveException("the dump " + newest.label() + ": " + String.join("; ", missing));
        }
        return new NewestDump(
                session, newest, all.size() > 1 ? Optional.of(all.get(all.size() - 2)) : Optional.empty());
    }

    /** The tables that the dump before it has and this one hasn't. */
    public List<GoneTable> gone() {
        List<GoneTable> gone = new ArrayList<>();
        for (DumpedDatabase former : previous.map(DumpDescription::databases).orElse(List.of())) {
            Optional<List<TableName>> now = dump.database(former.name()).flatMap(DumpedDatabase::tables);
            if (now.isPresent()) {
                Set<TableName> kept = Set.copyOf(now.get());
                former.tables().orElse(List.of()).stream()
                        .filter(table -> !kept.contains(table))
                        .forEach(table -> gone.add(new GoneTable(former.name(), table.schema(), table.table())));
            }
        }
        return gone;
    }

    /** The label of the dump before it; empty if there is none. */
    public String previousLabel() {
        return previous.map(DumpDescription::label).orElse("");
    }

    public String label() {
        return dump.label();
    }

    public Instant stopped() {
        return dump.stopped();
    }

    /** How many bytes it has, uncompressed. */
    public long size() {
        return dump.contentSize();
    }

    /** What initdb has to be told so that its databases can hold what is in the dump's. */
    public List<String> initdbArguments() {
        return dump.database(MAINTENANCE)
                .map(DumpedDatabase::facts)
                .map(facts -> List.of(
                        "--encoding=" + facts.encoding(),
                        "--lc-collate=" + facts.collate(),
                        "--lc-ctype=" + facts.ctype()))
                .orElse(List.of("--encoding=UTF8", "--locale=C"));
    }

    /**
     * Restores roles and all databases. Tablespaces are left out: their folders may be those of a server that runs.
     *
     * @param sockets the folder of the server's socket
     * @param folder a private one, for what pg_restore reads; empty
     */
    public void restore(Path sockets, int port, Path folder) throws ArchiveException {
        PostgresSettings settings = session.configuration().postgresql();
        try (ServerAccess server =
                ServerAccess.open(settings, Optional.of(new HostPort(sockets.toString(), port)), folder)) {
            ClientPrograms programs = new ClientPrograms(PostgresPrograms.of(settings), server.environment(), folder);
            programs.requireVersion("pg_restore", dump.clientVersion(), "the dump was made by pg_dump");
            StoredDump stored = new StoredDump(session.repository(), programs, folder, session.jobs());
            TargetServer target = new TargetServer(server);
            target.add(Globals.parse(stored.globals(dump.globals())).withoutTablespaces());
            for (DumpedDatabase database : dump.databases()) {
                restore(database, stored, server, target.hasDatabase(database.name()));
            }
        } catch (IOException e) {
            throw new ArchiveException("the dump " + dump.label() + ": " + FileProblem.whereAndWhy(e), e);
        }
    }

    private void restore(DumpedDatabase database, StoredDump stored, ServerAccess server, boolean exists)
            throws ArchiveException, IOException {
        StoredDump.Extracted extracted = stored.extract(database, _ -> StoredDump.Wanted.all(), _ -> {});
        List<String> without = extracted.withoutData();
        if (!without.isEmpty()) {
            throw new ArchiveException("the dump of " + database.name() + " lacks the data of " + without.getFirst());
        }
        List<String> arguments = new ArrayList<>(
                List.of("--exit-on-error", "--no-password", "--no-tablespaces", "--jobs=" + session.jobs()));
        if (!exists) {
            arguments.add("--create");
        }
        arguments.add("--dbname=" + server.connectionString(exists ? database.name() : server.maintenanceDatabase()));
        arguments.add(extracted.folder().toString());
        stored.programs().run("pg_restore", arguments, SpaceWatch.of(stored.folder()));
        FileTree.delete(extracted.folder());
        List<TableName> lacking =
                LiveTables.of(server, database.name()).lacking(database.tables().orElse(List.of()));
        if (!lacking.isEmpty()) {
            throw new ArchiveException("the dump " + dump.label() + " lacks " + TableName.shown(lacking)
                    + ", which the database " + database.name() + " had when it was dumped");
        }
    }
}
