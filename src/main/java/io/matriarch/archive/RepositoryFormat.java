package io.matriarch.archive;

import io.matriarch.archive.store.ObjectStore;
import io.matriarch.archive.store.StoreException;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value.Mapping;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The object {@value #NAME} at the root of a repository, which says how to read it: {@code {"format": 2}}. Without it, the format is 1: plain WAL files in a directory, which
 * format 2 has too, so that repository needs no conversion.
 */
public final class RepositoryFormat {
    /** Where the format is. */
    public static final String NAME = "repository.json";

    /** What this version writes; it reads all up to it. */
    public static final int CURRENT = 2;

    private RepositoryFormat() {}

    /** Says that the repository has the current format, if nobody has yet. Call it before anything is written that format 1 doesn't have. */
    public static void claim(ObjectStore store) throws ArchiveException, StoreException {
        store.requireUsable();
        if (!check(store)) {
            byte[] text = ("{\"format\": " + CURRENT + "}\n").getBytes(StandardCharsets.US_ASCII);
            store.create(NAME, text);
        }
    }

    /**
     * Proves that this version can read the repository.
     *
     * @return whether it says its format
     * @throws ArchiveException if it's of a later version, or says nothing that can be understood
     */
    public static boolean check(ObjectStore store) throws ArchiveException, StoreException {
        Optional<byte[]> text = store.read(NAME);
        if (text.isEmpty()) {
            return false;
        }
        long format = format(text.get())
                .orElseThrow(() -> new ArchiveException(NAME + " in the repository " + store.place()
                        + " is damaged: it should say {\"format\": " + CURRENT + "}"));
        if (format > CURRENT) {
            throw new ArchiveException("the repository " + store.place() + " has the format " + format
                    + ", and this version of Matriarch reads formats up to " + CURRENT + "; use a newer one");
        }
        return true;
    }

    private static OptionalLong format(byte[] text) {
        try {
            return Json.parse(new String(text, StandardCharsets.UTF_8)) instanceof Mapping mapping
                    ? mapping.whole("format")
                    : OptionalLong.empty();
        } catch (MalformedDocument e) {
            return OptionalLong.empty();
        }
    }
}
