package io.matriarch.dump;

/** A table that an earlier dump has and a later one of the same database hasn't. */
public record GoneTable(String database, String schema, String table) {
    /** Whether a server has it, as a query of one value: t or f. */
    public String query() {
        return "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE c.relkind IN ('r', 'p') AND n.nspname = " + literal(schema) + " AND c.relname = "
                + literal(table) + ")";
    }

    private static String literal(String text) {
        // E'' whatever standard_conforming_strings is
        return " E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    @Override
    public String toString() {
        return schema + "." + table + " in " + database;
    }
}
