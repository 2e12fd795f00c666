package io.matriarch.archive.codec;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.lz4.Lz4Compressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The frames that {@code lz4} writes and reads, around the library's compressed blocks: independent blocks of at most 4 MiB, a checksum of the content, several frames in
 * a row. Frames with anything else, such as blocks that need others, are refused.
 */
final class Lz4Frame {
    private static final int MAGIC = 0x184D2204;

    /** Version 1, independent blocks, a checksum of the content. */
    private static final byte FLAGS = 0b0110_0100;

    /** Blocks of at most 4 MiB. */
    private static final byte BLOCKS = 0b0111_0000;

    private static final int LARGEST_BLOCK = 4 << 20;
    private static final int UNCOMPRESSED = 1 << 31;
    private static final int HEADER = 7;

    private Lz4Frame() {}

    static byte[] compress(byte[] content) {
        Lz4Compressor compressor = new Lz4Compressor();
        int blocks = content.length / LARGEST_BLOCK + 1;
        ByteBuffer frame =
                ByteBuffer.allocate(HEADER + content.length + 4 * blocks + 8).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(MAGIC).put(FLAGS).put(BLOCKS).put(headerChecksum(FLAGS, BLOCKS));
        byte[] block = new byte[compressor.maxCompressedLength(Math.min(content.length, LARGEST_BLOCK))];
        for (int at = 0; at < content.length; at += LARGEST_BLOCK) {
            int length = Math.min(LARGEST_BLOCK, content.length - at);
            int compressed = compressor.compress(content, at, length, block, 0, block.length);
            if (compressed < length) {
                frame.putInt(compressed).put(block, 0, compressed);
            } else {
                frame.putInt(length | UNCOMPRESSED).put(content, at, length);
            }
        }
        frame.putInt(0).putInt(XxHash32.of(content, 0, content.length));
        return Arrays.copyOf(frame.array(), frame.position());
    }

    static byte[] decompress(byte[] frames, int most) throws CodecException {
        try {
            return new Reading(frames, most).all();
        } catch (MalformedInputException | IndexOutOfBoundsException | java.nio.BufferUnderflowException e) {
            throw new CodecException("is damaged: lz4 can't decompress it", e);
        }
    }

    private static byte headerChecksum(byte flags, byte blocks) {
        return (byte) (XxHash32.of(new byte[] {flags, blocks}, 0, 2) >>> 8);
    }

    /** One pass over frames. */
    private static final class Reading {
        private final Lz4Decompressor decompressor = new Lz4Decompressor();
        private final ByteBuffer in;
        private final int most;
        private byte[] content;
        private int length;

        Reading(byte[] frames, int most) {
            this.in = ByteBuffer.wrap(frames).order(ByteOrder.LITTLE_ENDIAN);
            this.most = most;
            this.content = new byte[Math.min(most, LARGEST_BLOCK)];
        }

        byte[] all() throws CodecException {
            do {
                frame();
            } while (in.hasRemaining());
            return Arrays.copyOf(content, length);
        }

        private void frame() throws CodecException {
            if (in.getInt() != MAGIC) {
                throw new CodecException("is damaged: it doesn't begin as lz4's frames do");
            }
            byte flags = in.get();
            byte blocks = in.get();
            if (flags != FLAGS || blocks != BLOCKS || in.get() != headerChecksum(flags, blocks)) {
                throw new CodecException("is damaged, or lz4 data that Matriarch didn't write");
            }
            int start = length;
            for (int size = in.getInt(); size != 0; size = in.getInt()) {
                block(size & ~UNCOMPRESSED, (size & UNCOMPRESSED) != 0);
            }
            if (in.getInt() != XxHash32.of(content, start, length - start)) {
                throw new CodecException("is damaged: the checksum within lz4's frame differs");
            }
        }

        private void block(int size, boolean uncompressed) throws CodecException {
            if (size > in.remaining() || size > LARGEST_BLOCK) {
                throw new CodecException("is damaged: it ends within a block of lz4");
            }
            int room = Math.min(LARGEST_BLOCK, most - length);
            if (content.length - length < room) {
                content = Arrays.copyOf(content, Math.min(most, Math.max(2 * content.length, length + room)));
            }
            if (uncompressed) {
                in.get(content, length, size);
                length += size;
            } else {
                length += decompressor.decompress(in.array(), in.position(), size, content, length, room);
                in.position(in.position() + size);
            }
        }
    }
}
