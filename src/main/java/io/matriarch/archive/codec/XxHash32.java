package io.matriarch.archive.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The 32-bit xxHash with seed 0, which lz4's frames need. */
final class XxHash32 {
    private static final int PRIME1 = 0x9E3779B1;
    private static final int PRIME2 = 0x85EBCA77;
    private static final int PRIME3 = 0xC2B2AE3D;
    private static final int PRIME4 = 0x27D4EB2F;
    private static final int PRIME5 = 0x165667B1;
    private static final int STRIPE = 16;

    private XxHash32() {}

    static int of(byte[] bytes, int from, int length) {
        ByteBuffer in = ByteBuffer.wrap(bytes, from, length).order(ByteOrder.LITTLE_ENDIAN);
        int hash = (length >= STRIPE ? stripes(in) : PRIME5) + length;
        while (in.remaining() >= Integer.BYTES) {
            hash = Integer.rotateLeft(hash + in.getInt() * PRIME3, 17) * PRIME4;
        }
        while (in.hasRemaining()) {
            hash = Integer.rotateLeft(hash + (in.get() & 0xFF) * PRIME5, 11) * PRIME1;
        }
        hash = (hash ^ (hash >>> 15)) * PRIME2;
        hash = (hash ^ (hash >>> 13)) * PRIME3;
        return hash ^ (hash >>> 16);
    }

    private static int stripes(ByteBuffer in) {
        int a = 0x24234428; // PRIME1 + PRIME2
        int b = PRIME2;
        int c = 0;
        int d = -PRIME1;
        while (in.remaining() >= STRIPE) {
            a = round(a, in.getInt());
            b = round(b, in.getInt());
            c = round(c, in.getInt());
            d = round(d, in.getInt());
        }
        return Integer.rotateLeft(a, 1)
                + Integer.rotateLeft(b, 7)
                + Integer.rotateLeft(c, 12)
                + Integer.rotateLeft(d, 18);
    }

    private static int round(int lane, int input) {
        return Integer.rotateLeft(lane + input * PRIME2, 13) * PRIME1;
    }
}
