package io.matriarch.archive.codec;

import java.util.List;
import java.util.stream.IntStream;

/** What makes content smaller. */
public enum Compression {
    ZSTD(".zst") {
        @Override
        byte[] compress(byte[] content, boolean parallel) {
            int pieces = Math.max(1, (content.length + FRAME - 1) / FRAME);
            IntStream numbers = IntStream.range(0, pieces);
            return joined((parallel ? numbers.parallel() : numbers)
                    .mapToObj(number -> Zstd.fastest()
                            .frame(content, number * FRAME, Math.min(FRAME, content.length - number * FRAME)))
                    .toList());
        }

        @Override
        byte[] decompress(byte[] compressed, int most) throws CodecException {
            return Zstd.fastest().content(compressed, most);
        }
    },
    LZ4(".lz4") {
        @Override
        byte[] compress(byte[] content, boolean parallel) {
            return Lz4Frame.compress(content);
        }

        @Override
        byte[] decompress(byte[] compressed, int most) throws CodecException {
            return Lz4Frame.decompress(compressed, most);
        }
    },
    NONE("") {
        @Override
        byte[] compress(byte[] content, boolean parallel) {
            return content;
        }

        @Override
        byte[] decompress(byte[] compressed, int most) {
            return compressed;
        }
    };

    /** Content in each frame of zstd: several processors have something to do, and none becomes noticeably larger. */
    private static final int FRAME = 4 << 20;

    private final String suffix;

    Compression(String suffix) {
        this.suffix = suffix;
    }

    /** What the names of such objects end with. */
    public String suffix() {
        return suffix;
    }

    /** What the end of a name tells. */
    static Compression of(String name) {
        return name.endsWith(ZSTD.suffix) ? ZSTD : name.endsWith(LZ4.suffix) ? LZ4 : NONE;
    }

    /**
     * Compresses content.
     *
     * @param parallel whether several processors may work at it
     */
    abstract byte[] compress(byte[] content, boolean parallel);

    /** @param most bytes that the content may have */
    abstract byte[] decompress(byte[] compressed, int most) throws CodecException;

    private static byte[] joined(List<byte[]> frames) {
        if (frames.size() == 1) {
            return frames.getFirst();
        }
        byte[] all = new byte[frames.stream().mapToInt(frame -> frame.length).sum()];
        int length = 0;
        for (byte[] frame : frames) {
            System.arraycopy(frame, 0, all, length, frame.length);
            length += frame.length;
        }
        return all;
    }
}
