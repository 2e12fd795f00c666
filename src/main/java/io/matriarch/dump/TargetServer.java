package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.postgres.ServerAccess;
import io.matriarch.postgres.ServerProblem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The server that is restored to: what is there, and what has to be made first. */
record TargetServer(ServerAccess server) {
    private static final String SOMETHING = """
            SELECT EXISTS (
              SELECT FROM (
                SELECT oid, 'pg_class'::regclass AS catalog, relnamespace AS schema FROM pg_class
                UNION ALL SELECT oid, 'pg_proc'::regclass, pronamespace FROM pg_proc
                UNION ALL SELECT oid, 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspname <> 'public') thing
              JOIN pg_namespace n ON n.oid = thing.schema
              WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
                AND NOT EXISTS (
                  SELECT FROM pg_depend d
                  WHERE d.classid = thing.catalog AND d.objid = thing.oid AND d.deptype = 'e'))""";

    /** Otherwise the server may log the statements that fail, or all, with the hashes of passwords. */
    private static final List<String> QUIET = List.of(
            "SET log_statement = 'none'",
            "SET log_min_error_statement = 'panic'",
            "SET log_min_duration_statement = -1",
            "SET default_transaction_read_only = off",
            "SET client_encoding = 'UTF8'");

    private static final List<String> ROLE_CHANGES =
            List.of("CREATE ", "ALTER ", "COMMENT ", "GRANT ", "REVOKE ", "SECURITY LABEL ");

    boolean hasDatabase(String name) throws ArchiveException {
        return yes(
                server.maintenanceDatabase(),
                "SELECT EXISTS (SELECT FROM pg_database WHERE datname = " + literal(name) + ")");
    }

    /** Whether there is anything of a person's in a database. */
    boolean holdsSomething(String database) throws ArchiveException {
        return yes(database, SOMETHING);
    }

    boolean hasTable(String database, TableName table) throws ArchiveException {
        return yes(
                database,
                "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE"
                        + " n.nspname = " + literal(table.schema()) + " AND c.relname = " + literal(table.table())
                        + ")");
    }

    boolean hasSchema(String database, String schema) throws ArchiveException {
        return yes(database, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = " + literal(schema) + ")");
    }

    void drop(String database) throws ArchiveException {
        run(server.maintenanceDatabase(), List.of("DROP DATABASE " + identifier(database)));
    }

    /** Makes an empty database that can hold what another one held. */
    void create(String name, DatabaseFacts like) throws ArchiveException {
        StringBuilder sql = new StringBuilder("CREATE DATABASE " + identifier(name) + " TEMPLATE template0");
        sql.append(" ENCODING ").append(literal(like.encoding()));
        sql.append(" LC_COLLATE ").append(literal(like.collate()));
        sql.append(" LC_CTYPE ").append(literal(like.ctype()));
        switch (like.provider()) {
            case "i" -> sql.append(" LOCALE_PROVIDER icu ICU_LOCALE ").append(literal(like.locale()));
            case "b" -> sql.append(" LOCALE_PROVIDER builtin BUILTIN_LOCALE ").append(literal(like.locale()));
            default -> {
                // libc needs no more
            }
        }
        boolean owned = yes(
                server.maintenanceDatabase(),
                "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = " + literal(like.owner()) + ")");
        if (owned) {
            sql.append(" OWNER ").append(identifier(like.owner()));
        }
        run(server.maintenanceDatabase(), List.of(sql.toString()));
    }

    /** Makes the roles and tablespaces that aren't there; returns how many statements that took. */
    int add(Globals globals) throws ArchiveException {
        Set<String> roles = names("SELECT quote_ident(rolname) FROM pg_roles");
        Set<String> tablespaces = names("SELECT quote_ident(spcname) FROM pg_tablespace");
        List<String> statements = globals.missing(roles, tablespaces).stream()
                .filter(statement -> ROLE_CHANGES.stream().anyMatch(statement::startsWith))
                .toList();
        List<String> all = new ArrayList<>(QUIET);
        all.addAll(statements);
        run(server.maintenanceDatabase(), all);
        return statements.size();
    }

    private Set<String> names(String sql) throws ArchiveException {
        Set<String> names = new HashSet<>();
        run(server.maintenanceDatabase(), List.of(sql)).forEach(row -> names.add(row.getFirst()));
        return names;
    }

    private boolean yes(String database, String sql) throws ArchiveException {
        return run(database, List.of(sql)).getFirst().getFirst().equals("t");
    }

    private List<List<String>> run(String database, List<String> statements) throws ArchiveException {
        try {
            return server.run(database, statements);
        } catch (ServerProblem e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static String identifier(String text) {
        return "\"" + text.replace("\"", "\"\"") + "\"";
    }
}
