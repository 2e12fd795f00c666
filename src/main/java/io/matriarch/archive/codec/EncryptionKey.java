package io.matriarch.archive.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One key, and what is encrypted with it: AES-256 in counter mode, then HMAC-SHA-256 over all of it (encrypt-then-MAC). Each object has its own two keys, made of the key and the
 * object's random salt, so that no counter is ever used twice.
 *
 * <pre>
 *   8 bytes   "MATRENC1"
 *   8         the key's id: the beginning of HMAC(key, "id")
 *   32        salt
 *   n         AES-256-CTR, its key HMAC(key, "encrypt" salt), counter from 0
 *   32        HMAC-SHA-256 of all before, its key HMAC(key, "authenticate" salt)
 * </pre>
 */
public final class EncryptionKey {
    static final int LENGTH = 32;

    private static final byte[] MAGIC = "MATRENC1".getBytes(StandardCharsets.US_ASCII);
    private static final int ID_LENGTH = 8;
    private static final int SALT_LENGTH = 32;
    private static final int HEADER = MAGIC.length + ID_LENGTH + SALT_LENGTH;
    private static final int TAG_LENGTH = 32;
    private static final String HMAC = "HmacSHA256";

    private final byte[] secret;
    private final byte[] id;

    EncryptionKey(byte[] secret) {
        if (secret.length != LENGTH) {
            throw new IllegalArgumentException("not " + LENGTH + " bytes");
        }
        this.secret = secret.clone();
        this.id = Arrays.copyOf(derive("id", new byte[0]), ID_LENGTH);
    }

    /** What tells it from other keys: 16 hexadecimal digits, no secret. */
    public String id() {
        return HexFormat.of().formatHex(id);
    }

    /** What tells content from other content to those who have the key, and tells others nothing: 64 hexadecimal digits. */
    public String mark(byte[] content) {
        return HexFormat.of().formatHex(hmac(derive("content", new byte[0])).doFinal(content));
    }

    static String idIn(byte[] stored) throws CodecException {
        if (stored.length < HEADER + TAG_LENGTH || !Arrays.equals(stored, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new CodecException("is damaged: it doesn't begin as an encrypted object does");
        }
        return HexFormat.of().formatHex(stored, MAGIC.length, MAGIC.length + ID_LENGTH);
    }

    byte[] encrypt(byte[] content) {
        byte[] salt = new byte[SALT_LENGTH];
        new SecureRandom().nextBytes(salt);
        byte[] stored = new byte[HEADER + content.length + TAG_LENGTH];
        ByteBuffer.wrap(stored).put(MAGIC).put(id).put(salt);
        crypt(Cipher.ENCRYPT_MODE, salt, content, 0, content.length, stored, HEADER);
        int end = HEADER + content.length;
        System.arraycopy(tag(salt, stored, end), 0, stored, end, TAG_LENGTH);
        return stored;
    }

    byte[] decrypt(byte[] stored) throws CodecException {
        byte[] salt = Arrays.copyOfRange(stored, MAGIC.length + ID_LENGTH, HEADER);
        int end = stored.length - TAG_LENGTH;
        if (!MessageDigest.isEqual(tag(salt, stored, end), Arrays.copyOfRange(stored, end, stored.length))) {
            throw new CodecException("is damaged or forged: its authentication fails");
        }
        byte[] content = new byte[end - HEADER];
        crypt(Cipher.DECRYPT_MODE, salt, stored, HEADER, content.length, content, 0);
        return content;
    }

    private byte[] tag(byte[] salt, byte[] stored, int end) {
        Mac mac = hmac(derive("authenticate", salt));
        mac.update(stored, 0, end);
        return mac.doFinal();
    }

    private void crypt(int mode, byte[] salt, byte[] in, int from, int length, byte[] out, int to) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(mode, new SecretKeySpec(derive("encrypt", salt), "AES"), new IvParameterSpec(new byte[16]));
            cipher.doFinal(in, from, length, out, to);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES in counter mode", e);
        }
    }

    private byte[] derive(String purpose, byte[] salt) {
        Mac mac = hmac(secret);
        mac.update(purpose.getBytes(StandardCharsets.US_ASCII));
        return mac.doFinal(salt);
    }

    private static Mac hmac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + HMAC, e);
        }
    }
}
