package io.matriarch.dump;

import java.util.Optional;

/** A table in its schema, both as they are, without quotes. */
record TableName(String schema, String table) {
    /** SCHEMA.TABLE at the first dot; empty if it's something else. */
    static Optional<TableName> parse(String text) {
        int dot = text.indexOf('.');
        boolean broken = text.chars().anyMatch(character -> character < ' ');
        return dot < 1 || dot == text.length() - 1 || broken
                ? Optional.empty()
                : Optional.of(new TableName(text.substring(0, dot), text.substring(dot + 1)));
    }

    /** As pg_restore lists it. */
    String listed() {
        return schema + " " + table;
    }

    @Override
    public String toString() {
        return schema + "." + table;
    }
}
