package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.cli.Terminal;
import io.matriarch.postgres.ServerAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Restores a database of a dump, or some of its tables. Nothing is changed before all that is needed has been read and proven. */
final class DumpRestoration {
    private final ServerAccess server;
    private final TargetServer target;
    private final StoredDump stored;
    private final Terminal terminal;

    DumpRestoration(ServerAccess server, StoredDump stored, Terminal terminal) {
        this.server = server;
        this.target = new TargetServer(server);
        this.stored = stored;
        this.terminal = terminal;
    }

    /**
     * What a person wants.
     *
     * @param tables none: the whole database
     * @param into the database's name on the target
     * @param create whether it's made first
     * @param clean whether what is in the way is dropped first
     */
    record Wish(DumpedDatabase database, List<TableName> tables, String into, boolean create, boolean clean) {
        Wish {
            tables = List.copyOf(tables);
        }
    }

    /** Makes roles and tablespaces that aren't there. */
    void addGlobals(DumpDescription dump) throws ArchiveException {
        try {
            int statements = target.add(Globals.parse(stored.globals(dump.globals())));
            terminal.echo(
                    "roles and tablespaces: " + statements + " statements; those that were there are as they were");
        } catch (IOException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    /** @throws ArchiveException if something is in the way of what is wanted */
    void requireRoom(Wish wish) throws ArchiveException {
        boolean exists = target.hasDatabase(wish.into());
        if (!exists && !wish.create()) {
            throw new ArchiveException(server.place() + " has no database " + wish.into()
                    + ": say --create to make it, or --into another one");
        }
        if (!exists || wish.clean()) {
            return;
        }
        if (wish.create()) {
            throw new ArchiveException(server.place() + " has a database " + wish.into()
                    + ": leave out --create, or say --clean " + wish.into() + " to drop it first");
        }
        if (wish.tables().isEmpty() && target.holdsSomething(wish.into())) {
            throw new ArchiveException("the database " + wish.into() + " of " + server.place()
                    + " isn't empty: nothing was changed. Restore --into another one, or say --clean " + wish.into()
                    + " to drop what the dump has, too");
        }
        for (TableName table : wish.tables()) {
            if (target.hasTable(wish.into(), table)) {
                throw new ArchiveException("the database " + wish.into() + " of " + server.place() + " has a table "
                        + table + ": nothing was changed. Restore --into another one, or say --clean " + wish.into()
                        + " to drop it first");
            }
        }
    }

    /** Changes the target, after {@link #requireRoom}. */
    void restore(Wish wish, StoredDump.Extracted extracted, Optional<TableOfContents> selected, int jobs)
            throws ArchiveException, IOException {
        boolean exists = target.hasDatabase(wish.into());
        boolean createdByDump = wish.create()
                && wish.tables().isEmpty()
                && wish.into().equals(wish.database().name());
        if (wish.create()) {
            if (exists) {
                target.drop(wish.into());
            }
            if (!createdByDump) {
                target.create(wish.into(), wish.database().facts());
            }
        }
        List<String> arguments = new ArrayList<>(List.of("--exit-on-error", "--no-password"));
        String database = wish.into();
        if (createdByDump) {
            // with its privileges and settings; it isn't there to connect to
            arguments.add("--create");
            database = server.maintenanceDatabase();
        }
        boolean clean = wish.clean() && exists && !wish.create();
        if (clean) {
            arguments.addAll(List.of("--clean", "--if-exists"));
        }
        // several connections can't do it in one transaction
        boolean atOnce = clean && !wish.tables().isEmpty();
        arguments.add(atOnce ? "--single-transaction" : "--jobs=" + jobs);
        if (selected.isPresent()) {
            Path list = extracted.folder().resolveSibling("use-list");
            Files.writeString(list, selected.get().list(), StandardCharsets.UTF_8);
            arguments.add("--use-list=" + list);
        }
        arguments.add("--dbname=" + server.connectionString(database));
        arguments.add(extracted.folder().toString());
        restore(arguments, wish, atOnce);
    }

    private void restore(List<String> arguments, Wish wish, boolean atOnce) throws ArchiveException {
        try {
            stored.programs().run("pg_restore", arguments, SpaceWatch.of(stored.folder()));
        } catch (ArchiveException e) {
            String advice = String.valueOf(e.getMessage()).contains("role \"") ? "; --globals makes the roles" : "";
            throw new ArchiveException(
                    e.getMessage() + "; the database " + wish.into()
                            + (atOnce ? " is as it was" : " holds a part of the dump now") + advice,
                    e);
        }
    }

    /** What of the dump is needed for {@code tables}. */
    TableOfContents select(TableOfContents contents, Wish wish) throws ArchiveException {
        Set<String> schemas = new HashSet<>();
        boolean fresh = wish.create();
        for (TableName table : wish.tables()) {
            boolean there = fresh ? table.schema().equals("public") : target.hasSchema(wish.into(), table.schema());
            if (!there) {
                schemas.add(table.schema());
            }
        }
        return contents.only(wish.tables(), schemas);
    }
}
