package io.matriarch.dump;

import io.matriarch.archive.backup.Fields;
import io.matriarch.archive.backup.MalformedBackup;
import io.matriarch.archive.backup.StoredArchive;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A database in a dump.
 *
 * @param archive a tar archive of the folder that pg_dump wrote
 * @param tables those that the database had while it was dumped, by its own catalogue; absent in a dump of an older version of Matriarch
 */
record DumpedDatabase(DatabaseFacts facts, StoredArchive archive, Optional<List<TableName>> tables) {
    private static final String TABLES = "tables";

    DumpedDatabase {
        tables = tables.map(List::copyOf);
    }

    String name() {
        return facts.name();
    }

    Mapping json() {
        Mapping json = facts.json().with("archive", archive.json());
        return tables.map(names -> json.with(
                        TABLES,
                        new Sequence(names.stream().<Value>map(TableName::json).toList())))
                .orElse(json);
    }

    static DumpedDatabase of(Fields fields) throws MalformedBackup {
        return new DumpedDatabase(
                DatabaseFacts.of(fields),
                StoredArchive.of(new Fields(fields.content().mapping("archive"))),
                fields.content().find(TABLES).isPresent() ? Optional.of(tables(fields)) : Optional.empty());
    }

    private static List<TableName> tables(Fields fields) throws MalformedBackup {
        List<TableName> tables = new ArrayList<>();
        for (Fields table : fields.objects(TABLES)) {
            tables.add(TableName.of(table));
        }
        return tables;
    }
}
