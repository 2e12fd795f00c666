package io.matriarch.dcs;

import io.matriarch.config.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A nameserver on loopback that knows SRV records only; of those of a name the first has the best priority. */
public final class FakeNameserver implements AutoCloseable {
    private static final int HEADER = 12;
    private static final int SRV = 33;
    private static final int INTERNET = 1;
    private static final int NAME_OF_THE_QUESTION = 0xC000 | HEADER;
    private static final int ANSWER = 0x8180;
    private static final int NO_SUCH_NAME = 0x8183;

    private final Map<String, List<HostPort>> records;
    private final DatagramSocket socket;

    public FakeNameserver(Map<String, List<HostPort>> records) throws IOException {
        this.records = Map.copyOf(records);
        this.socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("nameserver").start(this::serve);
    }

    public int port() {
        return socket.getLocalPort();
    }

    private void serve() {
        byte[] buffer = new byte[512];
        while (!socket.isClosed()) {
            try {
                DatagramPacket query = new DatagramPacket(buffer, buffer.length);
                socket.receive(query);
                byte[] answer = answer(Arrays.copyOf(buffer, query.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private byte[] answer(byte[] query) throws IOException {
        StringBuilder name = new StringBuilder();
        int at = HEADER;
        while (query[at] != 0) {
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII));
            at += query[at] + 1;
        }
        int endOfQuestion = at + 5;
        List<HostPort> found = records.getOrDefault(name.toString(), List.of());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(query, 0, 2);
        out.writeShort(found.isEmpty() ? NO_SUCH_NAME : ANSWER);
        out.writeShort(1);
        out.writeShort(found.size());
        out.writeInt(0);
        out.write(query, HEADER, endOfQuestion - HEADER);
        for (int index = 0; index < found.size(); index++) {
            write(out, index, found.get(index));
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, int priority, HostPort server) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        for (String label : server.host().split("\\.", -1)) {
            target.write(label.length());
            target.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        target.write(0);
        out.writeShort(NAME_OF_THE_QUESTION);
        out.writeShort(SRV);
        out.writeShort(INTERNET);
        out.writeInt(60);
        out.writeShort(6 + target.size());
        out.writeShort(priority);
        out.writeShort(0);
        out.writeShort(server.port());
        target.writeTo(out);
    }

    @Override
    public void close() {
        socket.close();
    }
}
