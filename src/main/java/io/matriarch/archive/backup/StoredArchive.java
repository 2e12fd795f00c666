package io.matriarch.archive.backup;

import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.util.ArrayList;
import java.util.List;

/**
 * A file in parts.
 *
 * @param name {@code base.tar}, {@code OID.tar} of a tablespace, or {@code backup_manifest}
 * @param parts in their order; put together and decompressed they are the file
 */
public record StoredArchive(String name, List<StoredPart> parts) {
    public StoredArchive {
        parts = List.copyOf(parts);
    }

    public long contentSize() {
        return parts.stream().mapToLong(StoredPart::contentSize).sum();
    }

    public long storedSize() {
        return parts.stream().mapToLong(StoredPart::storedSize).sum();
    }

    public Mapping json() {
        return Mapping.empty()
                .with("name", name)
                .with(
                        "parts",
                        new Sequence(
                                List.copyOf(parts.stream().map(StoredPart::json).toList())));
    }

    public static StoredArchive of(Fields fields) throws MalformedBackup {
        List<StoredPart> parts = new ArrayList<>();
        for (Fields part : fields.objects("parts")) {
            parts.add(StoredPart.of(part));
        }
        return new StoredArchive(fields.text("name"), parts);
    }
}
