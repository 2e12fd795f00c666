package io.matriarch.archive.backup;

import io.matriarch.value.Value.Mapping;

/**
 * A part of an archive, an object of its own.
 *
 * @param object its name
 * @param contentSize before it was compressed
 * @param storedSize as it's stored
 * @param sha256 of the stored bytes
 */
public record StoredPart(String object, long contentSize, long storedSize, String sha256) {
    public Mapping json() {
        return Mapping.empty()
                .with("object", object)
                .with("content_size", contentSize)
                .with("stored_size", storedSize)
                .with("sha256", sha256);
    }

    public static StoredPart of(Fields fields) throws MalformedBackup {
        return new StoredPart(
                fields.text("object"),
                fields.whole("content_size"),
                fields.whole("stored_size"),
                fields.text("sha256"));
    }
}
