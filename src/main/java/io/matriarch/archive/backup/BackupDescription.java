package io.matriarch.archive.backup;

import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code backup.json} says.
 *
 * @param scope of the configuration that it was made with
 * @param parent the label of the backup that an incremental one builds upon
 * @param postgresVersion such as 150012
 * @param archives the data directory's first, then the tablespaces'
 * @param madeBy host and program
 */
public record BackupDescription(
        BackupName name,
        String scope,
        Optional<String> parent,
        int postgresVersion,
        WalRange wal,
        Instant started,
        Instant stopped,
        List<Tablespace> tablespaces,
        List<StoredArchive> archives,
        StoredArchive manifest,
        String madeBy) {
    /** Of what is written here; a reader refuses higher ones. */
    public static final int FORMAT = 1;

    /** The archive of the data directory. */
    public static final String BASE = "base.tar";

    /** The archive of what pg_verifybackup checks. */
    public static final String MANIFEST = "backup_manifest";

    public BackupDescription {
        tablespaces = List.copyOf(tablespaces);
        archives = List.copyOf(archives);
    }

    public String label() {
        return name.label();
    }

    public boolean incremental() {
        return parent.isPresent();
    }

    /** Of all files before they were compressed, as far as they are in this backup. */
    public long contentSize() {
        return archives.stream().mapToLong(StoredArchive::contentSize).sum();
    }

    public long storedSize() {
        return archives.stream().mapToLong(StoredArchive::storedSize).sum() + manifest.storedSize();
    }

    /** All objects with data. */
    public List<StoredPart> parts() {
        List<StoredPart> parts = new ArrayList<>();
        archives.forEach(archive -> parts.addAll(archive.parts()));
        parts.addAll(manifest.parts());
        return parts;
    }

    byte[] json() {
        Mapping json = Mapping.empty()
                .with("format", FORMAT)
                .with("label", name.label())
                .with("system_identifier", name.systemIdentifier())
                .with("scope", scope)
                .with("type", incremental() ? "incremental" : "full")
                .with("parent", parent.map(Text::new))
                .with("postgres_version", postgresVersion)
                .with("timeline", wal.timeline())
                .with("start_lsn", wal.start().toString())
                .with("stop_lsn", wal.stop().toString())
                .with("wal_segment_size", wal.segmentSize())
                .with("started", started.toString())
                .with("stopped", stopped.toString())
                .with("made_by", madeBy)
                .with(
                        "tablespaces",
                        new Sequence(List.copyOf(
                                tablespaces.stream().map(Tablespace::json).toList())))
                .with(
                        "archives",
                        new Sequence(List.copyOf(
                                archives.stream().map(StoredArchive::json).toList())))
                .with("manifest", manifest.json());
        return (Json.spaced(json) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static BackupDescription parse(BackupName name, byte[] json) throws MalformedBackup {
        Fields fields = Fields.parse(json);
        if (fields.whole("format") > FORMAT) {
            throw new MalformedBackup(
                    "has the format " + fields.whole("format") + ", which only a newer version of Matriarch knows");
        }
        if (!fields.text("label").equals(name.label())
                || !fields.text("system_identifier").equals(name.systemIdentifier())) {
            throw new MalformedBackup("describes another backup than its name says");
        }
        List<Tablespace> tablespaces = new ArrayList<>();
        for (Fields tablespace : fields.objects("tablespaces")) {
            tablespaces.add(Tablespace.of(tablespace));
        }
        List<StoredArchive> archives = new ArrayList<>();
        for (Fields archive : fields.objects("archives")) {
            archives.add(StoredArchive.of(archive));
        }
        return new BackupDescription(
                name,
                fields.text("scope"),
                fields.optional("parent"),
                (int) fields.whole("postgres_version"),
                wal(fields),
                fields.time("started"),
                fields.time("stopped"),
                tablespaces,
                archives,
                StoredArchive.of(new Fields(fields.content().mapping("manifest"))),
                fields.text("made_by"));
    }

    private static WalRange wal(Fields fields) throws MalformedBackup {
        long segmentSize = fields.whole("wal_segment_size");
        if (Long.bitCount(segmentSize) != 1 || segmentSize < 1 << 20 || segmentSize > 1 << 30) {
            throw new MalformedBackup("names a wal_segment_size that PostgreSQL doesn't have");
        }
        return new WalRange(fields.whole("timeline"), fields.lsn("start_lsn"), fields.lsn("stop_lsn"), segmentSize);
    }
}
