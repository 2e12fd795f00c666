package io.matriarch.dcs.etcd;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A protobuf message by field numbers. Absent fields read as protobuf's defaults; unknown ones are ignored. */
final class Message {
    private final Map<Integer, List<Object>> fields;

    private Message(Map<Integer, List<Object>> fields) {
        this.fields = fields;
    }

    /**
     * Reads a message.
     *
     * @throws UncheckedIOException if the bytes are no protobuf
     */
    static Message read(byte[] bytes) {
        Map<Integer, List<Object>> fields = new TreeMap<>();
        CodedInputStream input = CodedInputStream.newInstance(bytes);
        try {
            for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
                int number = WireFormat.getTagFieldNumber(tag);
                switch (WireFormat.getTagWireType(tag)) {
                    case WireFormat.WIRETYPE_VARINT ->
                        fields.computeIfAbsent(number, _ -> new ArrayList<>()).add(input.readRawVarint64());
                    case WireFormat.WIRETYPE_LENGTH_DELIMITED ->
                        fields.computeIfAbsent(number, _ -> new ArrayList<>()).add(input.readByteArray());
                    default -> input.skipField(tag);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("not a protobuf message", e);
        }
        return new Message(fields);
    }

    long number(int field) {
        return last(field) instanceof Long number ? number : 0;
    }

    boolean flag(int field) {
        return number(field) != 0;
    }

    byte[] bytes(int field) {
        return last(field) instanceof byte[] bytes ? bytes : new byte[0];
    }

    String text(int field) {
        return new String(bytes(field), StandardCharsets.UTF_8);
    }

    Message message(int field) {
        return read(bytes(field));
    }

    List<Message> messages(int field) {
        return fields.getOrDefault(field, List.of()).stream()
                .filter(byte[].class::isInstance)
                .map(bytes -> read((byte[]) bytes))
                .toList();
    }

    List<String> texts(int field) {
        return fields.getOrDefault(field, List.of()).stream()
                .filter(byte[].class::isInstance)
                .map(bytes -> new String((byte[]) bytes, StandardCharsets.UTF_8))
                .toList();
    }

    private Object last(int field) {
        List<Object> values = fields.getOrDefault(field, List.of());
        return values.isEmpty() ? "" : values.getLast();
    }

    static Builder build() {
        return new Builder();
    }

    /** Writes a message field by field; zero, false and empty are protobuf's defaults and left out by {@code number} and {@code text} only. */
    static final class Builder {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CodedOutputStream output = CodedOutputStream.newInstance(bytes);

        Builder number(int field, long value) {
            return write(() -> {
                if (value != 0) {
                    output.writeInt64(field, value);
                }
            });
        }

        /** Also when it is zero: a member of a oneof. */
        Builder present(int field, long value) {
            return write(() -> output.writeInt64(field, value));
        }

        Builder flag(int field, boolean value) {
            return number(field, value ? 1 : 0);
        }

        Builder text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Builder bytes(int field, byte[] value) {
            return write(() -> output.writeByteArray(field, value));
        }

        Builder message(int field, Builder value) {
            return bytes(field, value.toBytes());
        }

        byte[] toBytes() {
            write(output::flush);
            return bytes.toByteArray();
        }

        private Builder write(Write write) {
            try {
                write.run();
            } catch (IOException e) {
                throw new UncheckedIOException("writing to memory failed", e);
            }
            return this;
        }

        @FunctionalInterface
        private interface Write {
            void run() throws IOException;
        }
    }
}
