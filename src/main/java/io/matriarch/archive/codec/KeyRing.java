package io.matriarch.archive.codec;

import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The keys of a repository: the first encrypts, all decrypt. */
public final class KeyRing {
    private static final int LARGEST_FILE = 1024;

    private final List<EncryptionKey> keys;

    KeyRing(List<EncryptionKey> keys) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("no key");
        }
        this.keys = List.copyOf(keys);
    }

    /**
     * Reads key files, each of 64 hexadecimal digits and nothing else but a line's end.
     *
     * @throws CodecException if one can't be read, holds something else, or can be read by everybody
     */
    public static KeyRing read(List<Path> files) throws CodecException {
        List<EncryptionKey> keys = new ArrayList<>();
        for (Path file : files) {
            keys.add(key(file));
        }
        return new KeyRing(keys);
    }

    byte[] encrypt(byte[] content) {
        return keys.getFirst().encrypt(content);
    }

    byte[] decrypt(byte[] stored) throws CodecException {
        String wanted = EncryptionKey.idIn(stored);
        Optional<EncryptionKey> key = find(wanted);
        if (key.isPresent()) {
            return key.get().decrypt(stored);
        }
        throw new CodecException("is encrypted with the key " + wanted + ", which isn't among those of the repository ("
                + String.join(", ", ids()) + "): add its file to encryption_key_files");
    }

    /** The key that encrypts. */
    public EncryptionKey first() {
        return keys.getFirst();
    }

    /** The key of that id; absent when it isn't here. */
    public Optional<EncryptionKey> find(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** What tells the keys from each other; no secret. */
    public List<String> ids() {
        return keys.stream().map(EncryptionKey::id).toList();
    }

    private static EncryptionKey key(Path file) throws CodecException {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
                throw new CodecException(
                        "the key file " + file + " can be read by every user of this machine: 'chmod o= " + file
                                + "', and a new key if others had a look");
            }
            if (Files.size(file) > LARGEST_FILE) {
                throw new CodecException(wrong(file));
            }
            String digits = Files.readString(file).strip();
            if (digits.length() != 2 * EncryptionKey.LENGTH) {
                throw new CodecException(wrong(file));
            }
            return new EncryptionKey(HexFormat.of().parseHex(digits));
        } catch (IllegalArgumentException | java.nio.charset.CharacterCodingException e) {
            // the exception may show what is in the file
            throw new CodecException(wrong(file));
        } catch (IOException e) {
            throw new CodecException("can't read the key file " + file + ": " + FileProblem.reason(e), e);
        }
    }

    private static String wrong(Path file) {
        return "the key file " + file
                + " doesn't hold a key: 64 hexadecimal digits, as 'openssl rand -hex 32' prints them";
    }
}
