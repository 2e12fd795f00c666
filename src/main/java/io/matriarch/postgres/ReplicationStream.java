package io.matriarch.postgres;

import io.matriarch.config.HostPort;
import io.matriarch.config.PostgresSettings;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A physical replication connection for base backups. The driver logs in; after that the messages are read here, because the driver's copying doesn't understand a copy that
 * follows result sets. For one thread.
 */
public final class ReplicationStream implements AutoCloseable {
    private static final int BUFFER = 256 * 1024;
    private static final int CHUNK = 64 * 1024;
    private static final int LARGEST_MESSAGE = 1 << 30;

    private final String place;
    private final Connection login;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final SilenceLimit limit;
    private final Consumer<String> warnings;
    private byte[] body = new byte[CHUNK];
    private int length;

    private ReplicationStream(
            String place, Connection login, Socket socket, SilenceLimit limit, Consumer<String> warnings)
            throws IOException {
        this.place = place;
        this.login = login;
        this.limit = limit;
        this.warnings = warnings;
        this.in = new DataInputStream(new BufferedInputStream(limit.watch(socket.getInputStream()), BUFFER));
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER));
    }

    /** Gets what a server copies. */
    public interface Receiver {
        /** Before the first data. */
        void begin(List<ResultSet> before) throws IOException;

        /** The first {@code length} bytes of a message, which are overwritten later. */
        void data(byte[] message, int length) throws IOException;
    }

    /** Rows of texts; null is empty. */
    public record ResultSet(List<List<String>> rows) {
        public ResultSet {
            rows = rows.stream().map(List::copyOf).toList();
        }
    }

    /**
     * Connects as the user of {@code postgresql.authentication.replication}.
     *
     * @param from another server than the local one
     * @param warnings gets what the server warns of
     */
    public static ReplicationStream open(
            PostgresSettings settings, Optional<HostPort> from, String applicationName, Consumer<String> warnings)
            throws ReplicationProblem {
        Connections connections = new Connections(
                () -> settings, () -> settings.raw().mapping("parameters").text("unix_socket_directories"));
        ConnInfo.Address address = from.map(host -> new ConnInfo.Address(host.host(), host.port(), settings.database()))
                .orElseGet(connections::localReplicationAddress);
        String place = "PostgreSQL at " + address.host() + ":" + address.port();
        LoginSockets sockets = new LoginSockets();
        try {
            Connection login = connections.loggedIn(address, applicationName, sockets);
            Socket socket = sockets.last().orElseThrow(() -> new SQLException("the driver used no socket"));
            socket.setSoTimeout(0);
            return new ReplicationStream(place, login, socket, new SilenceLimit(socket), warnings);
        } catch (SQLException | IOException e) {
            throw new ReplicationProblem(
                    place + " gives no connection for replication to the user "
                            + settings.replication().username().orElse("that runs this")
                            + ": " + e.getMessage(),
                    e);
        }
    }

    /** Where it leads, for messages. */
    public String place() {
        return place;
    }

    /** Runs a command that copies nothing. */
    public List<ResultSet> run(String command) throws ReplicationProblem {
        return attempt(() -> {
            send(command);
            return answers(new NoCopy());
        });
    }

    /** Runs a command and hands out what it copies; returns the result sets after that. */
    public List<ResultSet> copyOut(String command, Receiver receiver) throws ReplicationProblem {
        return attempt(() -> {
            send(command);
            return answers(receiver);
        });
    }

    /** Runs a command that asks for {@code content}. */
    public void copyIn(String command, InputStream content) throws ReplicationProblem {
        attempt(() -> {
            send(command);
            // anything else is an error, or the end of the command without asking for anything
            for (char type = next(); type != 'G'; type = next()) {
                if (type == 'E') {
                    ReplicationProblem problem = problem();
                    readToEnd();
                    throw problem;
                }
            }
            byte[] chunk = new byte[CHUNK];
            for (int read = content.read(chunk); read >= 0; read = content.read(chunk)) {
                out.writeByte('d');
                out.writeInt(Integer.BYTES + read);
                out.write(chunk, 0, read);
            }
            out.writeByte('c');
            out.writeInt(Integer.BYTES);
            out.flush();
            return answers(new NoCopy());
        });
    }

    @Override
    public void close() {
        limit.end();
        try {
            login.close();
        } catch (SQLException e) {
            // it's gone already
        }
    }

    private <T> T attempt(Step<T> step) throws ReplicationProblem {
        try {
            return step.run();
        } catch (ReceiverFailure e) {
            throw new ReplicationProblem(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            String why = limit.exceeded()
                    ? "said nothing for " + SilenceLimit.PATIENCE.toMinutes() + " minutes"
                    : e instanceof EOFException ? "ended the connection" : "can't be read: " + e.getMessage();
            throw new ReplicationProblem(place + " " + why, e);
        }
    }

    /** What is done with the connection. */
    private interface Step<T> {
        T run() throws IOException, ReplicationProblem;
    }

    private void send(String command) throws IOException {
        byte[] text = command.getBytes(StandardCharsets.UTF_8);
        out.writeByte('Q');
        out.writeInt(Integer.BYTES + text.length + 1);
        out.write(text);
        out.writeByte(0);
        out.flush();
    }

    /** Reads to the end of the command. */
    private List<ResultSet> answers(Receiver receiver) throws IOException, ReplicationProblem {
        List<ResultSet> sets = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        Optional<ReplicationProblem> problem = Optional.empty();
        for (char type = next(); type != 'Z'; type = next()) {
            switch (type) {
                case 'T' -> rows = new ArrayList<>();
                case 'D' -> rows.add(row());
                case 'C' -> {
                    sets.add(new ResultSet(rows));
                    rows = new ArrayList<>();
                }
                case 'H' -> {
                    receiving(() -> receiver.begin(List.copyOf(sets)));
                    sets.clear();
                }
                case 'd' -> receiving(() -> receiver.data(body, length));
                case 'E' -> problem = Optional.of(problem());
                case 'N' -> warnings.accept(fields().getOrDefault('M', ""));
                default -> {
                    // parameters, the end of a copy, and what later versions may tell
                }
            }
        }
        if (problem.isPresent()) {
            throw problem.get();
        }
        return sets;
    }

    private static void receiving(Receiving receiving) throws ReceiverFailure {
        try {
            receiving.run();
        } catch (IOException e) {
            throw new ReceiverFailure(e);
        }
    }

    /** What a receiver does. */
    private interface Receiving {
        void run() throws IOException;
    }

    private void readToEnd() throws IOException {
        for (char type = next(); type != 'Z'; type = next()) {
            // nothing of that matters any more
        }
    }

    /** Reads a message; its type is returned. */
    private char next() throws IOException {
        char type = (char) in.readUnsignedByte();
        int size = in.readInt() - Integer.BYTES;
        if (size < 0 || size > LARGEST_MESSAGE) {
            throw new IOException("it doesn't speak PostgreSQL's protocol");
        }
        if (size > body.length) {
            body = new byte[size];
        }
        in.readFully(body, 0, size);
        length = size;
        return type;
    }

    private List<String> row() {
        ByteBuffer buffer = ByteBuffer.wrap(body, 0, length);
        int columns = buffer.getShort();
        List<String> row = new ArrayList<>(columns);
        for (int column = 0; column < columns; column++) {
            int size = buffer.getInt();
            byte[] text = new byte[Math.max(size, 0)];
            buffer.get(text);
            row.add(new String(text, StandardCharsets.UTF_8));
        }
        return row;
    }

    private ReplicationProblem problem() {
        Map<Character, String> fields = fields();
        String detail = Optional.ofNullable(fields.get('D'))
                .map(text -> " (" + text + ")")
                .orElse("");
        String hint =
                Optional.ofNullable(fields.get('H')).map(text -> "; " + text).orElse("");
        return new ReplicationProblem(
                place + " says: " + fields.getOrDefault('M', "an error without words") + detail + hint);
    }

    /** Of an error or a notice: a letter and a text each. */
    private Map<Character, String> fields() {
        Map<Character, String> fields = new TreeMap<>();
        int at = 0;
        while (at < length && body[at] != 0) {
            char name = (char) body[at++];
            int from = at;
            while (at < length && body[at] != 0) {
                at++;
            }
            fields.put(name, new String(body, from, at - from, StandardCharsets.UTF_8));
            at++;
        }
        return fields;
    }

    /** The receiver, not the server, is the reason. */
    private static final class ReceiverFailure extends IOException {
        private static final long serialVersionUID = 1L;

        ReceiverFailure(IOException cause) {
            super(Optional.ofNullable(cause.getMessage()).orElse("can't be received"), cause);
        }
    }

    /** For commands that copy nothing. */
    private static final class NoCopy implements Receiver {
        @Override
        public void begin(List<ResultSet> before) throws IOException {
            throw new IOException("the server copies what nobody asked for");
        }

        @Override
        public void data(byte[] message, int length) throws IOException {
            throw new IOException("the server copies what nobody asked for");
        }
    }
}
