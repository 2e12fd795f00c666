package io.matriarch.dump;

import io.matriarch.archive.backup.BackupName;
import io.matriarch.archive.backup.Fields;
import io.matriarch.archive.backup.MalformedBackup;
import io.matriarch.archive.backup.StoredArchive;
import io.matriarch.archive.backup.StoredPart;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code dump.json} says.
 *
 * @param scope of the configuration that it was made with
 * @param postgresVersion of the server, such as 150012
 * @param clientVersion pg_dump's major version: an older pg_restore can't read what it wrote
 * @param globals roles and tablespaces, as pg_dumpall wrote them
 * @param madeBy program and server
 */
record DumpDescription(
        BackupName name,
        String scope,
        int postgresVersion,
        int clientVersion,
        Instant started,
        Instant stopped,
        List<DumpedDatabase> databases,
        StoredArchive globals,
        String madeBy) {
    /** Of what is written here; a reader refuses higher ones. */
    static final int FORMAT = 1;

    /** The archive of roles and tablespaces. */
    static final String GLOBALS = "globals.sql";

    DumpDescription {
        databases = List.copyOf(databases);
    }

    String label() {
        return name.label();
    }

    Optional<DumpedDatabase> database(String wanted) {
        return databases.stream()
                .filter(database -> database.name().equals(wanted))
                .findFirst();
    }

    List<String> databaseNames() {
        return databases.stream().map(DumpedDatabase::name).toList();
    }

    List<StoredArchive> archives() {
        List<StoredArchive> archives = new ArrayList<>(List.of(globals));
        databases.forEach(database -> archives.add(database.archive()));
        return archives;
    }

    List<StoredPart> parts() {
        return archives().stream().flatMap(archive -> archive.parts().stream()).toList();
    }

    long contentSize() {
        return archives().stream().mapToLong(StoredArchive::contentSize).sum();
    }

    long storedSize() {
        return archives().stream().mapToLong(StoredArchive::storedSize).sum();
    }

    byte[] json() {
        Mapping json = Mapping.empty()
                .with("format", FORMAT)
                .with("label", name.label())
                .with("system_identifier", name.systemIdentifier())
                .with("scope", scope)
                .with("postgres_version", postgresVersion)
                .with("pg_dump_version", clientVersion)
                .with("started", started.toString())
                .with("stopped", stopped.toString())
                .with("made_by", madeBy)
                .with("globals", globals.json())
                .with(
                        "databases",
                        new Sequence(List.copyOf(
                                databases.stream().map(DumpedDatabase::json).toList())));
        return (Json.spaced(json) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static DumpDescription parse(BackupName name, byte[] json) throws MalformedBackup {
        Fields fields = Fields.parse(json);
        if (fields.whole("format") > FORMAT) {
            throw new MalformedBackup(
                    "has the format " + fields.whole("format") + ", which only a newer version of Matriarch knows");
        }
        if (!fields.text("label").equals(name.label())
                || !fields.text("system_identifier").equals(name.systemIdentifier())) {
            throw new MalformedBackup("describes another dump than its name says");
        }
        List<DumpedDatabase> databases = new ArrayList<>();
        for (Fields database : fields.objects("databases")) {
            databases.add(DumpedDatabase.of(database));
        }
        return new DumpDescription(
                name,
                fields.text("scope"),
                (int) fields.whole("postgres_version"),
                (int) fields.whole("pg_dump_version"),
                fields.time("started"),
                fields.time("stopped"),
                databases,
                StoredArchive.of(new Fields(fields.content().mapping("globals"))),
                fields.text("made_by"));
    }
}
