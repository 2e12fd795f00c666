package io.matriarch.archive.codec;

import java.util.Optional;
import java.util.OptionalLong;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.function.CFunctionPointer;
import org.graalvm.nativeimage.c.function.InvokeCFunctionPointer;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.word.PointerBase;
import org.graalvm.word.WordFactory;

/** zstd by the machine's libzstd, for an executable only. */
final class Libzstd implements Zstd {
    /** The level that takes the least time for what it saves: WAL becomes 3 % smaller with 3, the program's default, and takes twice as long. */
    private static final int LEVEL = 1;

    /** ZSTD_c_compressionLevel and ZSTD_c_checksumFlag: a checksum of the content in each frame, so that the program zstd notices damage, too. */
    private static final int COMPRESSION_LEVEL = 100;

    private static final int CHECKSUM = 201;

    private final long library;

    private Libzstd(long library) {
        this.library = library;
    }

    /** Absent where there is no libzstd. */
    static Optional<Zstd> find() {
        OptionalLong library = SharedLibrary.open("libzstd.so.1");
        return library.isPresent() ? Optional.of(new Libzstd(library.getAsLong())) : Optional.empty();
    }

    @Override
    public byte[] frame(byte[] content, int from, int length) {
        // pieces of nothing have an address, too
        byte[] source = content.length == 0 ? new byte[1] : content;
        Bound bound = WordFactory.pointer(function("ZSTD_compressBound"));
        long capacity = bound.call(length);
        // an array of the heap would be filled with zeros first, which takes longer than to compress it
        CCharPointer frame = UnmanagedMemory.malloc(WordFactory.unsigned(capacity));
        try (PinnedObject in = PinnedObject.create(source)) {
            long written =
                    compress(frame, capacity, in.addressOfArrayElement(Math.min(from, source.length - 1)), length);
            byte[] copy = new byte[(int) written];
            CTypeConversion.asByteBuffer(frame, copy.length).get(copy);
            return copy;
        } finally {
            UnmanagedMemory.free(frame);
        }
    }

    private long compress(PointerBase to, long capacity, PointerBase from, long length) {
        Create create = WordFactory.pointer(function("ZSTD_createCCtx"));
        Free free = WordFactory.pointer(function("ZSTD_freeCCtx"));
        Configure configure = WordFactory.pointer(function("ZSTD_CCtx_setParameter"));
        Compress compress = WordFactory.pointer(function("ZSTD_compress2"));
        PointerBase context = create.call();
        if (context.rawValue() == 0) {
            throw new IllegalStateException("libzstd can't compress: it gets no memory");
        }
        try {
            configure.call(context, COMPRESSION_LEVEL, LEVEL);
            configure.call(context, CHECKSUM, 1);
            long written = compress.call(context, to, capacity, from, length);
            if (failed(written)) {
                throw new IllegalStateException("libzstd can't compress: error " + -written);
            }
            return written;
        } finally {
            free.call(context);
        }
    }

    @Override
    public byte[] content(byte[] frames, int most) throws CodecException {
        if (frames.length == 0) {
            return new byte[0];
        }
        try (PinnedObject in = PinnedObject.create(frames)) {
            OptionalLong size = size(in, frames.length);
            if (size.isEmpty()) {
                // the program zstd doesn't say how long what it reads from a pipe will be
                return new JavaZstd().content(frames, most);
            }
            if (size.getAsLong() > most) {
                throw Zstd.tooLarge(most);
            }
            if (size.getAsLong() == 0) {
                return new byte[0];
            }
            byte[] content = new byte[(int) size.getAsLong()];
            try (PinnedObject out = PinnedObject.create(content)) {
                Decompress decompress = WordFactory.pointer(function("ZSTD_decompress"));
                long length = decompress.call(
                        out.addressOfArrayElement(0), content.length, in.addressOfArrayElement(0), frames.length);
                if (length != content.length) {
                    throw damaged("error " + -length);
                }
                return content;
            }
        }
    }

    /** How many bytes all frames hold together, as they say themselves; absent when one doesn't say. */
    private OptionalLong size(PinnedObject frames, int length) throws CodecException {
        FrameSize frameSize = WordFactory.pointer(function("ZSTD_findFrameCompressedSize"));
        ContentSize contentSize = WordFactory.pointer(function("ZSTD_getFrameContentSize"));
        long total = 0;
        int at = 0;
        while (at < length) {
            PointerBase frame = frames.addressOfArrayElement(at);
            long size = frameSize.call(frame, length - at);
            if (failed(size)) {
                throw damaged("error " + -size);
            }
            long content = contentSize.call(frame, length - at);
            if (content < 0 || content > Codec.LARGEST) {
                return content < 0 ? OptionalLong.empty() : OptionalLong.of(content);
            }
            total += content;
            at += (int) size;
        }
        return OptionalLong.of(total);
    }

    private static CodecException damaged(String why) {
        return Zstd.damaged(new IllegalStateException(why));
    }

    /** Errors are the highest numbers, that is the negative ones. */
    private static boolean failed(long size) {
        return size < 0;
    }

    private long function(String name) {
        return SharedLibrary.function(library, name);
    }

    /** size_t ZSTD_compressBound(size_t) */
    interface Bound extends CFunctionPointer {
        @InvokeCFunctionPointer
        long call(long length);
    }

    /** ZSTD_CCtx *ZSTD_createCCtx(void) */
    interface Create extends CFunctionPointer {
        @InvokeCFunctionPointer
        PointerBase call();
    }

    /** size_t ZSTD_freeCCtx(ZSTD_CCtx *) */
    interface Free extends CFunctionPointer {
        @InvokeCFunctionPointer
        long call(PointerBase context);
    }

    /** size_t ZSTD_CCtx_setParameter(ZSTD_CCtx *, ZSTD_cParameter, int) */
    interface Configure extends CFunctionPointer {
        @InvokeCFunctionPointer
        long call(PointerBase context, int parameter, int value);
    }

    /** size_t ZSTD_compress2(ZSTD_CCtx *, void *to, size_t capacity, const void *from, size_t length) */
    interface Compress extends CFunctionPointer {
        @InvokeCFunctionPointer
        long call(PointerBase context, PointerBase to, long capacity, PointerBase from, long length);
    }

    /** size_t ZSTD_decompress(void *to, size_t capacity, const void *from, size_t length) */
    interface Decompress extends CFunctionPointer {
        @InvokeCFunctionPointer
        long call(PointerBase to, long capacity, PointerBase from, long length);
    }

    /** size_t ZSTD_findFrameCompressedSize(const void *from, size_t length) */
    interface FrameSize extends CFunctionPointer {
        @InvokeCFunctionPointer
        long call(PointerBase from, long length);
    }

    /** unsigned long long ZSTD_getFrameContentSize(const void *from, size_t length) */
    interface ContentSize extends CFunctionPointer {
        @InvokeCFunctionPointer
        long call(PointerBase from, long length);
    }
}
