package io.matriarch.archive.codec;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 by Java. */
final class JavaSha256 implements Sha256 {
    private final MessageDigest digest;

    JavaSha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void update(byte[] bytes, int from, int length) {
        digest.update(bytes, from, length);
    }

    @Override
    public void update(ByteBuffer bytes) {
        digest.update(bytes);
    }

    @Override
    public byte[] finish() {
        return digest.digest();
    }
}
