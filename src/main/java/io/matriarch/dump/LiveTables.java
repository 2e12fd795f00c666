package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.postgres.ServerAccess;
import io.matriarch.postgres.ServerProblem;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The tables of a database, out of PostgreSQL's catalogue, that a dump of it must have. Those of extensions come with these.
 *
 * @param rows number, schema and name of each
 */
record LiveTables(List<List<String>> rows) {
    static final String QUERY = """
            SELECT c.oid, n.nspname, c.relname
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
                AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                AND NOT EXISTS (
                    SELECT FROM pg_catalog.pg_depend d
                    WHERE d.deptype = 'e' AND (
                        d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                        OR d.classid = 'pg_catalog.pg_namespace'::regclass AND d.objid = n.oid))
            ORDER BY n.nspname, c.relname""";

    LiveTables {
        rows = List.copyOf(rows);
    }

    static LiveTables of(ServerAccess server, String database) throws ArchiveException {
        try {
            return new LiveTables(server.query(database, QUERY));
        } catch (ServerProblem e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Those that are there later, too, and so were there all the time: a moment between has them. */
    List<TableName> throughout(LiveTables later) {
        Set<List<String>> then = new HashSet<>(later.rows);
        return rows.stream().filter(then::contains).map(LiveTables::name).toList();
    }

    /** Those of {@code wanted} that aren't there. */
    List<TableName> lacking(List<TableName> wanted) {
        Set<TableName> there = new HashSet<>(rows.stream().map(LiveTables::name).toList());
        return wanted.stream().filter(table -> !there.contains(table)).toList();
    }

    private static TableName name(List<String> row) {
        return new TableName(row.get(1), row.get(2));
    }
}
