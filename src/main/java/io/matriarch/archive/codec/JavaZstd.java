package io.matriarch.archive.codec;

import io.airlift.compress.zstd.ZstdCompressor;
import io.airlift.compress.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;

/** zstd in Java. */
final class JavaZstd implements Zstd {
    @Override
    public byte[] frame(byte[] content, int from, int length) {
        ZstdCompressor compressor = new ZstdCompressor();
        byte[] frame = new byte[compressor.maxCompressedLength(length)];
        return Arrays.copyOf(frame, compressor.compress(content, from, length, frame, 0, frame.length));
    }

    @Override
    public byte[] content(byte[] frames, int most) throws CodecException {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(frames))) {
            byte[] content = in.readNBytes(most);
            if (in.read() >= 0) {
                throw Zstd.tooLarge(most);
            }
            return content;
        } catch (IOException | RuntimeException e) {
            throw Zstd.damaged(e);
        }
    }
}
