package io.matriarch.archive.backup;

import io.matriarch.value.Value.Mapping;

/**
 * A tablespace with a folder of its own.
 *
 * @param oid its number, the name of the link in pg_tblspc
 * @param location where it was on the server
 */
public record Tablespace(long oid, String location) {
    /** The name of its archive. */
    public String archive() {
        return oid + ".tar";
    }

    Mapping json() {
        return Mapping.empty().with("oid", oid).with("location", location);
    }

    static Tablespace of(Fields fields) throws MalformedBackup {
        return new Tablespace(fields.whole("oid"), fields.text("location"));
    }
}
