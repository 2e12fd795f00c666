package io.matriarch.archive;

import io.matriarch.archive.codec.Codec;
import io.matriarch.archive.codec.EncryptionKey;
import java.util.List;
import java.util.Optional;

/**
 * What tells the content of a file, whatever codec it is stored with: its SHA-256; or, where nobody without the key may recognize the content, an HMAC.
 *
 * @param key the id of the key, for an HMAC
 */
record ContentMark(Optional<String> key, String digits) {
    private static final String PREFIX = "# content";
    private static final String SHA = "sha256";
    private static final String HMAC = "hmac-sha256";

    /** @param checksum of the content */
    static ContentMark of(byte[] content, GrowingChecksum checksum, Codec codec) {
        return codec.keys()
                .map(keys -> keyed(keys.first(), content))
                .orElseGet(
                        () -> new ContentMark(Optional.empty(), checksum.join().digits()));
    }

    /** Whether this marks that content; absent when the key isn't here. */
    Optional<Boolean> marks(byte[] content, Codec codec) {
        if (key.isEmpty()) {
            return Optional.of(Checksum.of(content).digits().equals(digits));
        }
        return codec.keys()
                .flatMap(keys -> keys.find(key.get()))
                .map(found -> keyed(found, content).equals(this));
    }

    /** A line that {@code sha256sum --check} takes for a comment. */
    String line() {
        return PREFIX + " " + key.map(id -> HMAC + " " + id).orElse(SHA) + " " + digits + "\n";
    }

    static Optional<ContentMark> parse(String line) {
        if (!line.startsWith(PREFIX + " ")) {
            return Optional.empty();
        }
        List<String> words = List.of(line.substring(PREFIX.length() + 1).split(" ", -1));
        if (words.size() == 2 && words.getFirst().equals(SHA)) {
            return Optional.of(new ContentMark(Optional.empty(), words.get(1)));
        }
        if (words.size() == 3 && words.getFirst().equals(HMAC)) {
            return Optional.of(new ContentMark(Optional.of(words.get(1)), words.get(2)));
        }
        return Optional.empty();
    }

    private static ContentMark keyed(EncryptionKey key, byte[] content) {
        return new ContentMark(Optional.of(key.id()), key.mark(content));
    }
}
