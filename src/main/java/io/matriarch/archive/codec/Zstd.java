package io.matriarch.archive.codec;

import io.matriarch.nativeimage.Executable;
import java.util.Optional;

/**
 * Frames of zstd. In the executable by the machine's libzstd, which PostgreSQL 15 and later bring along, and which takes a quarter of the time; where it's missing, and on a JVM, by Java. Each
 * reads what the other has written.
 */
interface Zstd {
    /** Compresses a piece of the content, into one frame. */
    byte[] frame(byte[] content, int from, int length);

    /**
     * The content of one frame or several.
     *
     * @param most bytes that it may have
     */
    byte[] content(byte[] frames, int most) throws CodecException;

    /** The faster one that is there. */
    static Zstd fastest() {
        Optional<Zstd> fast = Executable.isNative() ? Libzstd.find() : Optional.empty();
        return fast.orElseGet(JavaZstd::new);
    }

    /** What to say about frames that hold too much. */
    static CodecException tooLarge(int most) {
        return new CodecException("holds more than " + most + " bytes, compressed: it isn't one of Matriarch's");
    }

    /** What to say about frames that can't be read. */
    static CodecException damaged(Throwable cause) {
        return new CodecException("is damaged: zstd can't decompress it", cause);
    }
}
