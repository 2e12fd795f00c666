package io.matriarch.it;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes the content of what a repository stores, by docs/repository-format.md and not by Matriarch.
 *
 * @param key hexadecimal
 */
record StoredContent(String key) {
    private static final int HEADER = 16;
    private static final int SALT = 32;
    private static final int SEAL = 32;

    /** @param name with the endings that tell what was done with the content */
    byte[] of(String name, byte[] stored) throws IOException {
        if (name.endsWith(".enc")) {
            return of(name.substring(0, name.length() - ".enc".length()), decrypted(name, stored));
        }
        if (name.endsWith(".zst")) {
            try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(stored))) {
                return in.readAllBytes();
            }
        }
        return stored;
    }

    /** The line about the content of what is encrypted. */
    String mark(byte[] segment) {
        try {
            byte[] bytes = HexFormat.of().parseHex(key);
            String id = HexFormat.of().formatHex(hmac(bytes, "id".getBytes(StandardCharsets.US_ASCII)), 0, 8);
            byte[] derived = hmac(bytes, "content".getBytes(StandardCharsets.US_ASCII));
            return "# content hmac-sha256 " + id + " " + HexFormat.of().formatHex(hmac(derived, segment));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] decrypted(String name, byte[] stored) throws IOException {
        int end = stored.length - SEAL;
        if (end < HEADER + SALT || !new String(stored, 0, 8, StandardCharsets.US_ASCII).equals("MATRENC1")) {
            throw new IOException(name + " isn't encrypted");
        }
        byte[] salt = Arrays.copyOfRange(stored, HEADER, HEADER + SALT);
        try {
            byte[] seal = hmac(derived("authenticate", salt), Arrays.copyOf(stored, end));
            if (!Arrays.equals(seal, 0, SEAL, stored, end, stored.length)) {
                throw new IOException(name + " isn't authentic");
            }
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(derived("encrypt", salt), "AES"),
                    new IvParameterSpec(new byte[16]));
            return cipher.doFinal(stored, HEADER + SALT, end - HEADER - SALT);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] derived(String purpose, byte[] salt) throws GeneralSecurityException {
        byte[] word = purpose.getBytes(StandardCharsets.US_ASCII);
        byte[] message = Arrays.copyOf(word, word.length + SALT);
        System.arraycopy(salt, 0, message, word.length, SALT);
        return hmac(HexFormat.of().parseHex(key), message);
    }

    private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message);
    }
}
