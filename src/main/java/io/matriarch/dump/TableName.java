package io.matriarch.dump;

import io.matriarch.archive.backup.Fields;
import io.matriarch.archive.backup.MalformedBackup;
import io.matriarch.value.Value.Mapping;
import java.util.List;
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

    static TableName of(Fields fields) throws MalformedBackup {
        return new TableName(fields.text("schema"), fields.text("name"));
    }

    Mapping json() {
        return Mapping.empty().with("schema", schema).with("name", table);
    }

    /** The first of them, and how many there are, for a person. */
    static String shown(List<TableName> tables) {
        return tables.size() == 1
                ? "the table " + tables.getFirst()
                : tables.size() + " tables, such as " + tables.getFirst();
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
