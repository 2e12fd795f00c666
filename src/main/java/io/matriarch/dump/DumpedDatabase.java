package io.matriarch.dump;

import io.matriarch.archive.backup.Fields;
import io.matriarch.archive.backup.MalformedBackup;
import io.matriarch.archive.backup.StoredArchive;
import io.matriarch.value.Value.Mapping;

/**
 * A database in a dump.
 *
 * @param archive a tar archive of the folder that pg_dump wrote
 */
record DumpedDatabase(DatabaseFacts facts, StoredArchive archive) {
    String name() {
        return facts.name();
    }

    Mapping json() {
        return facts.json().with("archive", archive.json());
    }

    static DumpedDatabase of(Fields fields) throws MalformedBackup {
        return new DumpedDatabase(
                DatabaseFacts.of(fields),
                StoredArchive.of(new Fields(fields.content().mapping("archive"))));
    }
}
