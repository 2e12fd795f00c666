package io.matriarch.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A header in a tar archive, as PostgreSQL writes it (ustar, large sizes in binary).
 *
 * @param name without a slash at its end
 */
public record TarEntry(String name, Kind kind, long size, int mode) {
    /** Everything in an archive begins at a multiple of it. */
    public static final int BLOCK = 512;

    private static final int NAME = 100;
    private static final int MODE = 100;
    private static final int OWNER = 108;
    private static final int SIZE = 124;
    private static final int TIME = 136;
    private static final int CHECKSUM = 148;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final int PREFIX = 345;
    private static final int PREFIX_LENGTH = 155;
    private static final int NUMBER = 12;

    /** What it is. */
    public enum Kind {
        FILE,
        DIRECTORY,
        LINK
    }

    /** @throws IOException if it isn't a header, or of something that PostgreSQL doesn't put into its archives */
    public static TarEntry parse(byte[] header) throws IOException {
        if (octal(header, CHECKSUM, 8) != checksum(header)) {
            throw new IOException("the tar archive is damaged: a header's checksum is wrong");
        }
        Kind kind = switch (header[TYPE]) {
            case 0, '0' -> Kind.FILE;
            case '5' -> Kind.DIRECTORY;
            case '2' -> Kind.LINK;
            default -> throw new IOException("the tar archive has an entry of the unknown type " + header[TYPE]);
        };
        String prefix = text(header, PREFIX, PREFIX_LENGTH);
        String name = (prefix.isEmpty() ? "" : prefix + "/") + text(header, 0, NAME);
        String plain = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        if (plain.isEmpty() || plain.startsWith("/") || ("/" + plain + "/").contains("/../")) {
            throw new IOException("the tar archive has an entry outside of its folder: " + name);
        }
        return new TarEntry(plain, kind, kind == Kind.FILE ? size(header) : 0, (int) octal(header, MODE, 8));
    }

    /** Two of them end an archive. */
    public static boolean isEmpty(byte[] block) {
        for (byte each : block) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    /** How many bytes follow the content. */
    public int padding() {
        return (int) ((BLOCK - size % BLOCK) % BLOCK);
    }

    /** The header of a file with a short name, which {@link #parse} and every tar read. */
    public byte[] header() {
        byte[] header = new byte[BLOCK];
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > NAME || kind != Kind.FILE) {
            throw new IllegalArgumentException("not a file with a short name: " + name);
        }
        System.arraycopy(bytes, 0, header, 0, bytes.length);
        write(header, MODE, String.format(Locale.ROOT, "%07o", mode));
        write(header, OWNER, "0000000\0000000000");
        write(header, TIME, "00000000000");
        header[TYPE] = '0';
        write(header, MAGIC, "ustar\00000");
        if (size < 1L << (3 * (NUMBER - 1))) {
            write(header, SIZE, String.format(Locale.ROOT, "%011o", size));
        } else {
            // as PostgreSQL and GNU tar do it when the digits don't suffice
            ByteBuffer.wrap(header).putLong(SIZE + NUMBER - Long.BYTES, size);
            header[SIZE] = (byte) 0x80;
        }
        write(header, CHECKSUM, String.format(Locale.ROOT, "%06o\0 ", checksum(header)));
        return header;
    }

    private static void write(byte[] header, int from, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, from, bytes.length);
    }

    boolean groupMayRead() {
        return (mode & 0040) != 0;
    }

    private static long size(byte[] header) throws IOException {
        if ((header[SIZE] & 0x80) == 0) {
            return octal(header, SIZE, NUMBER);
        }
        long size = header[SIZE] & 0x7F;
        for (int at = SIZE + 1; at < SIZE + NUMBER; at++) {
            size = (size << 8) | (header[at] & 0xFF);
        }
        if (size < 0) {
            throw new IOException("the tar archive has an entry of an impossible size");
        }
        return size;
    }

    private static long octal(byte[] header, int from, int length) throws IOException {
        String digits = text(header, from, length).strip();
        try {
            return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
        } catch (NumberFormatException e) {
            throw new IOException("the tar archive is damaged: " + digits + " isn't a number", e);
        }
    }

    private static long checksum(byte[] header) {
        long sum = 0;
        for (int at = 0; at < BLOCK; at++) {
            sum += at >= CHECKSUM && at < CHECKSUM + 8 ? ' ' : header[at] & 0xFF;
        }
        return sum;
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.UTF_8);
    }
}
