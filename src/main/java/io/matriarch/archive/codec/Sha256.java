package io.matriarch.archive.codec;

import io.matriarch.nativeimage.Executable;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A SHA-256 checksum under way. In the executable by the machine's libcrypto, which PostgreSQL brings along: it uses the processor's instructions for that, and takes a tenth of the time.
 * Where it's missing, and on a JVM, by Java.
 */
public interface Sha256 {
    /** Adds bytes. */
    void update(byte[] bytes, int from, int length);

    /** Adds what a buffer outside the heap has left, which it hasn't any more then. */
    void update(ByteBuffer bytes);

    /** The 32 bytes of the checksum; nothing can be added after that. */
    byte[] finish();

    /** A new one, of nothing yet. */
    static Sha256 begin() {
        Optional<Sha256> fast = Executable.isNative() ? LibcryptoSha256.begin() : Optional.empty();
        return fast.orElseGet(JavaSha256::new);
    }

    /** The checksum of some bytes, as 64 lower-case hexadecimal digits. */
    static String digits(byte[] bytes) {
        Sha256 checksum = begin();
        checksum.update(bytes, 0, bytes.length);
        return HexFormat.of().formatHex(checksum.finish());
    }
}
