package io.matriarch.archive.codec;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.c.function.CFunctionPointer;
import org.graalvm.nativeimage.c.function.InvokeCFunctionPointer;
import org.graalvm.word.PointerBase;
import org.graalvm.word.WordFactory;

/**
 * SHA-256 by OpenSSL's libcrypto, for an executable only: with the plain functions, since those for any algorithm read OpenSSL's configuration first, which takes a millisecond.
 */
final class LibcryptoSha256 implements Sha256 {
    private static final int LENGTH = 32;

    /** SHA256_CTX has 112 bytes in each version. */
    private static final int STATE = 112 / Long.BYTES;

    private final long update;
    private final long end;
    private final long[] state = new long[STATE];

    private LibcryptoSha256(long library) {
        update = SharedLibrary.function(library, "SHA256_Update");
        end = SharedLibrary.function(library, "SHA256_Final");
        try (PinnedObject own = PinnedObject.create(state)) {
            Start start = WordFactory.pointer(SharedLibrary.function(library, "SHA256_Init"));
            start.call(own.addressOfArrayElement(0));
        }
    }

    /** A new one; absent where there is no libcrypto of a known version. */
    static Optional<Sha256> begin() {
        OptionalLong library = SharedLibrary.open("libcrypto.so.3", "libcrypto.so.1.1");
        return library.isPresent() ? Optional.of(new LibcryptoSha256(library.getAsLong())) : Optional.empty();
    }

    @Override
    public void update(byte[] bytes, int from, int length) {
        if (length == 0) {
            return;
        }
        try (PinnedObject own = PinnedObject.create(state);
                PinnedObject added = PinnedObject.create(bytes)) {
            Update function = WordFactory.pointer(update);
            function.call(own.addressOfArrayElement(0), added.addressOfArrayElement(from), length);
        }
    }

    @Override
    public void update(ByteBuffer bytes) {
        if (!bytes.isDirect()) {
            throw new IllegalArgumentException("the buffer is an array of the heap");
        }
        try (PinnedObject own = PinnedObject.create(state)) {
            Update function = WordFactory.pointer(update);
            long address = MemorySegment.ofBuffer(bytes).address();
            function.call(own.addressOfArrayElement(0), WordFactory.pointer(address), bytes.remaining());
        }
        bytes.position(bytes.limit());
    }

    @Override
    public byte[] finish() {
        byte[] checksum = new byte[LENGTH];
        try (PinnedObject own = PinnedObject.create(state);
                PinnedObject result = PinnedObject.create(checksum)) {
            End function = WordFactory.pointer(end);
            function.call(result.addressOfArrayElement(0), own.addressOfArrayElement(0));
        }
        return checksum;
    }

    /** int SHA256_Init(SHA256_CTX *) */
    interface Start extends CFunctionPointer {
        @InvokeCFunctionPointer
        int call(PointerBase state);
    }

    /** int SHA256_Update(SHA256_CTX *, const void *, size_t) */
    interface Update extends CFunctionPointer {
        @InvokeCFunctionPointer
        int call(PointerBase state, PointerBase bytes, long length);
    }

    /** int SHA256_Final(unsigned char *, SHA256_CTX *) */
    interface End extends CFunctionPointer {
        @InvokeCFunctionPointer
        int call(PointerBase checksum, PointerBase state);
    }
}
