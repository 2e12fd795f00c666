package io.matriarch.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/** As much of ASN.1's encoding as it takes to put an old key into a PKCS #8 envelope. */
final class Der {
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int PARAMETERS = 0xA0;
    private static final byte[] ZERO = {2, 1, 0};
    private static final byte[] RSA = {6, 9, 42, -122, 72, -122, -9, 13, 1, 1, 1, 5, 0};
    private static final byte[] EC = {6, 7, 42, -122, 72, -50, 61, 2, 1};

    private Der() {}

    /** Of a PKCS #1 key. */
    static byte[] rsaKey(byte[] key) {
        return envelope(RSA, key);
    }

    /** Of an elliptic curve's key, which names its curve inside; absent if it doesn't. */
    static Optional<byte[]> ecKey(byte[] key) {
        return find(key, PARAMETERS).map(curve -> envelope(joined(EC, curve), key));
    }

    private static byte[] envelope(byte[] algorithm, byte[] key) {
        return tagged(SEQUENCE, joined(ZERO, tagged(SEQUENCE, algorithm), tagged(OCTETS, key)));
    }

    /** The content of the first element with this tag inside the outermost sequence. */
    private static Optional<byte[]> find(byte[] der, int tag) {
        int at = contentStart(der, 0);
        while (at + 1 < der.length) {
            int start = contentStart(der, at);
            int end = start + length(der, at);
            if ((der[at] & 0xFF) == tag && end <= der.length) {
                return Optional.of(Arrays.copyOfRange(der, start, end));
            }
            at = end;
        }
        return Optional.empty();
    }

    private static int contentStart(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int index = 0; index < (first & 0x7F) && at + 2 + index < der.length; index++) {
            length = (length << 8) | (der[at + 2 + index] & 0xFF);
        }
        return length;
    }

    private static byte[] tagged(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
