package io.matriarch.tls;

import io.matriarch.config.Secret;
import io.matriarch.tls.PemBlocks.Block;
import io.matriarch.tls.PemBlocks.Encryption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** A private key in all the forms that OpenSSL writes: PKCS #8 or the old ones, encrypted or not. */
final class PrivateKeyFile {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");
    private static final int SALT_BYTES = 8;

    private final PemBlocks file;
    private final Optional<Secret> password;

    private PrivateKeyFile(PemBlocks file, Optional<Secret> password) {
        this.file = file;
        this.password = password;
    }

    static PrivateKey read(PemBlocks file, Optional<Secret> password) throws TlsProblem {
        return new PrivateKeyFile(file, password).read();
    }

    private PrivateKey read() throws TlsProblem {
        Block block = file.blocks().stream()
                .filter(candidate -> candidate.type().endsWith("PRIVATE KEY"))
                .findFirst()
                .orElseThrow(() -> new TlsProblem(file.file() + " has no private key in PEM format"));
        try {
            return key(plain(block));
        } catch (GeneralSecurityException | IOException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            boolean encrypted =
                    block.type().startsWith("ENCRYPTED") || block.encryption().isPresent();
            throw new TlsProblem(
                    "the private key in " + file.file()
                            + (encrypted ? " can't be decrypted: is keyfile_password right?" : " can't be used: " + e),
                    e);
        }
    }

    /** The key in PKCS #8. */
    private byte[] plain(Block block) throws TlsProblem, GeneralSecurityException, IOException {
        if (block.type().equals("ENCRYPTED PRIVATE KEY")) {
            return decrypted(new EncryptedPrivateKeyInfo(block.der()));
        }
        byte[] der =
                block.encryption().isPresent() ? decrypted(block.encryption().get(), block.der()) : block.der();
        return switch (block.type()) {
            case "RSA PRIVATE KEY" -> Der.rsaKey(der);
            case "EC PRIVATE KEY" ->
                Der.ecKey(der)
                        .orElseThrow(() -> new TlsProblem("the private key in " + file.file()
                                + " doesn't name its curve: convert it by openssl pkey"));
            default -> der;
        };
    }

    private static PrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
        InvalidKeySpecException last = new InvalidKeySpecException("no algorithm");
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException otherAlgorithm) {
                last = otherAlgorithm;
            }
        }
        throw last;
    }

    private Secret needed() throws TlsProblem {
        return password.orElseThrow(
                () -> new TlsProblem("the private key in " + file.file() + " is encrypted: set keyfile_password"));
    }

    private byte[] decrypted(EncryptedPrivateKeyInfo info) throws TlsProblem, GeneralSecurityException {
        // of PBES2, the newer way, only its parameters know the ciphers inside
        String algorithm =
                info.getAlgName().equals("PBES2") || info.getAlgName().startsWith("1.2.840.113549.1.5.13")
                        ? info.getAlgParameters().toString()
                        : info.getAlgName();
        SecretKey key = SecretKeyFactory.getInstance(algorithm)
                .generateSecret(new PBEKeySpec(needed().reveal().toCharArray()));
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
        return info.getKeySpec(cipher).getEncoded();
    }

    /** The old way: the key of the cipher is made of password and salt by MD5, without any rounds. */
    private byte[] decrypted(Encryption encryption, byte[] der) throws TlsProblem, GeneralSecurityException {
        byte[] vector = HexFormat.of().parseHex(encryption.initialVector());
        byte[] salt = Arrays.copyOf(vector, SALT_BYTES);
        boolean tripleDes = encryption.cipher().equals("DES-EDE3-CBC");
        int bytes = switch (encryption.cipher()) {
            case "AES-128-CBC" -> 16;
            case "AES-192-CBC", "DES-EDE3-CBC" -> 24;
            case "AES-256-CBC" -> 32;
            default ->
                throw new TlsProblem("the private key in " + file.file() + " is encrypted with " + encryption.cipher()
                        + ", which isn't known here: convert it by openssl pkey -aes256");
        };
        byte[] secret = needed().reveal().getBytes(StandardCharsets.UTF_8);
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        byte[] key = new byte[0];
        byte[] last = new byte[0];
        while (key.length < bytes) {
            md5.update(last);
            md5.update(secret);
            last = md5.digest(salt);
            key = Arrays.copyOf(key, key.length + last.length);
            System.arraycopy(last, 0, key, key.length - last.length, last.length);
        }
        Cipher cipher = Cipher.getInstance(tripleDes ? "DESede/CBC/PKCS5Padding" : "AES/CBC/PKCS5Padding");
        cipher.init(
                Cipher.DECRYPT_MODE,
                new SecretKeySpec(Arrays.copyOf(key, bytes), tripleDes ? "DESede" : "AES"),
                new IvParameterSpec(vector));
        return cipher.doFinal(der);
    }
}
