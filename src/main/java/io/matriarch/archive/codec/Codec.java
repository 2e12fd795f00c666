package io.matriarch.archive.codec;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Turns content into what is stored, and back: compressed, then encrypted. Suffixes of an object's name tell what was done, in that order: {@code .zst} or {@code .lz4}, then
 * {@code .enc}.
 *
 * <p>Encoded parts of a whole, each decrypted by itself, may be put one after the other: {@code zstd -d} and {@code lz4 -d} read that as one.
 */
public final class Codec {
    /** Content has at most so many bytes. */
    public static final int LARGEST = 64 << 20;

    private static final String ENCRYPTED = ".enc";

    private final Compression compression;
    private final Optional<KeyRing> keys;

    public Codec(Compression compression, Optional<KeyRing> keys) {
        this.compression = compression;
        this.keys = keys;
    }

    /** Stores content as it is; reads what is compressed, but not what is encrypted. */
    public static Codec plain() {
        return new Codec(Compression.NONE, Optional.empty());
    }

    /** What the names of objects of any codec may end with. */
    public static List<String> suffixes() {
        return Stream.of("", ENCRYPTED)
                .flatMap(last -> Stream.of(Compression.values()).map(first -> first.suffix() + last))
                .toList();
    }

    /** What the names of objects that this codec encodes end with; empty when they are stored as they are. */
    public String suffix() {
        return compression.suffix() + (keys.isPresent() ? ENCRYPTED : "");
    }

    /** The keys, when what this codec encodes is encrypted. */
    public Optional<KeyRing> keys() {
        return keys;
    }

    /** For one object of many, which others encode at the same time. */
    public byte[] encode(byte[] content) {
        return encode(content, false);
    }

    /** For one object that somebody waits for: several processors work at it. */
    public byte[] encodeAtOnce(byte[] content) {
        return encode(content, true);
    }

    private byte[] encode(byte[] content, boolean parallel) {
        if (content.length > LARGEST) {
            throw new IllegalArgumentException("content of " + content.length + " bytes is too large for one object");
        }
        byte[] compressed = compression.compress(content, parallel);
        return keys.map(ring -> ring.encrypt(compressed)).orElse(compressed);
    }

    /**
     * Reads what any codec has encoded.
     *
     * @param name of the object: its suffixes say what to do
     * @throws CodecException if it's damaged, or encrypted with a key that isn't here; the name isn't repeated in its message
     */
    public byte[] decode(String name, byte[] stored) throws CodecException {
        if (!name.endsWith(ENCRYPTED)) {
            return Compression.of(name).decompress(stored, LARGEST);
        }
        if (keys.isEmpty()) {
            throw new CodecException("is encrypted, and no encryption_key_files are configured for the repository");
        }
        byte[] compressed = keys.get().decrypt(stored);
        return Compression.of(withoutEnding(name, ENCRYPTED)).decompress(compressed, LARGEST);
    }

    /** The name without the suffixes of any codec. */
    public static String contentName(String name) {
        String compressed = withoutEnding(name, ENCRYPTED);
        return withoutEnding(compressed, Compression.of(compressed).suffix());
    }

    private static String withoutEnding(String name, String ending) {
        return name.endsWith(ending) ? name.substring(0, name.length() - ending.length()) : name;
    }
}
