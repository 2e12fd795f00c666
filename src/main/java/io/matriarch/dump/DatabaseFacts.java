package io.matriarch.dump;

import io.matriarch.archive.backup.Fields;
import io.matriarch.archive.backup.MalformedBackup;
import io.matriarch.value.Value.Mapping;
import java.util.List;

/**
 * A database of a server, with what another one must have to hold its content.
 *
 * @param provider of its locale, as PostgreSQL abbreviates it: c (libc), i (ICU), b (built in)
 * @param locale of providers other than libc; else empty
 */
record DatabaseFacts(
        String name,
        long oid,
        String owner,
        String encoding,
        String collate,
        String ctype,
        String provider,
        String locale) {

    /** Those that allow connections, templates included; the last column tells these. */
    static final String QUERY = """
            SELECT d.datname, d.oid, pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
                   coalesce(to_jsonb(d)->>'datlocprovider', 'c'),
                   coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale', ''),
                   d.datistemplate
            FROM pg_database d
            WHERE d.datallowconn AND d.datconnlimit <> -2
            ORDER BY d.datname""";

    /** Of a row that {@link #QUERY} returns. */
    static DatabaseFacts of(List<String> row) {
        return new DatabaseFacts(
                row.get(0),
                Long.parseLong(row.get(1)),
                row.get(2),
                row.get(3),
                row.get(4),
                row.get(5),
                row.get(6),
                row.get(7));
    }

    static boolean isTemplate(List<String> row) {
        return row.getLast().equals("t");
    }

    /** The name of its archive. */
    String archive() {
        return oid + ".tar";
    }

    Mapping json() {
        return Mapping.empty()
                .with("name", name)
                .with("oid", oid)
                .with("owner", owner)
                .with("encoding", encoding)
                .with("collate", collate)
                .with("ctype", ctype)
                .with("locale_provider", provider)
                .with("locale", locale);
    }

    static DatabaseFacts of(Fields fields) throws MalformedBackup {
        return new DatabaseFacts(
                fields.text("name"),
                fields.whole("oid"),
                fields.text("owner"),
                fields.text("encoding"),
                fields.text("collate"),
                fields.text("ctype"),
                fields.text("locale_provider"),
                fields.text("locale"));
    }
}
