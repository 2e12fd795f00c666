package io.matriarch.archive.codec;

import io.airlift.compress.zstd.ZstdCompressor;
import io.airlift.compress.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;

/** What makes content smaller. */
public enum Compression {
    ZSTD(".zst") {
        @Override
        byte[] compress(byte[] content) {
            ZstdCompressor compressor = new ZstdCompressor();
            byte[] frame = new byte[compressor.maxCompressedLength(content.length)];
            int length = compressor.compress(content, 0, content.length, frame, 0, frame.length);
            return Arrays.copyOf(frame, length);
        }

        @Override
        byte[] decompress(byte[] compressed, int most) throws CodecException {
            try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(compressed))) {
                byte[] content = in.readNBytes(most);
                if (in.read() >= 0) {
                    throw new CodecException(
                            "holds more than " + most + " bytes, compressed: it isn't one of Matriarch's");
                }
                return content;
            } catch (IOException | RuntimeException e) {
                throw new CodecException("is damaged: zstd can't decompress it", e);
            }
        }
    },
    LZ4(".lz4") {
        @Override
        byte[] compress(byte[] content) {
            return Lz4Frame.compress(content);
        }

        @Override
        byte[] decompress(byte[] compressed, int most) throws CodecException {
            return Lz4Frame.decompress(compressed, most);
        }
    },
    NONE("") {
        @Override
        byte[] compress(byte[] content) {
            return content;
        }

        @Override
        byte[] decompress(byte[] compressed, int most) {
            return compressed;
        }
    };

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

    abstract byte[] compress(byte[] content);

    /** @param most bytes that the content may have */
    abstract byte[] decompress(byte[] compressed, int most) throws CodecException;
}
