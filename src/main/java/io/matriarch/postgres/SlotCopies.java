package io.matriarch.postgres;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Upstream;
import java.io.IOException;
import java.net.MalformedURLException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Takes logical slots over from the primary, as the files in which PostgreSQL keeps them (reference 5.20). */
final class SlotCopies {
    private static final String STATE = "state";
    private static final String FOLDER = "pg_replslot";

    private final Connections connections;
    private final Path dataDirectory;

    SlotCopies(Connections connections, Path dataDirectory) {
        this.connections = connections;
        this.dataDirectory = dataDirectory;
    }

    /**
     * A slot as its primary has it.
     *
     * @param state the content of its file
     * @param restart where decoding begins; absent when it is lost
     */
    record Copy(ByteBuffer state, Optional<Lsn> restart) {}

    /** Each of these slots that {@code leader} has; needs a superuser there, or one who may execute pg_read_binary_file. */
    Map<String, Copy> read(Upstream leader, Set<String> names) throws SQLException {
        Map<String, Copy> copies = new TreeMap<>();
        try (Connection connection = connections.rewinding(ConnInfo.Address.of(leader), "Patroni");
                PreparedStatement query = connection.prepareStatement(
                        "SELECT slot_name, pg_catalog.pg_read_binary_file('pg_replslot/' || slot_name || '/state'),"
                                + " pg_catalog.pg_wal_lsn_diff(restart_lsn, '0/0')::bigint"
                                + " FROM pg_catalog.pg_replication_slots"
                                + " WHERE slot_type = 'logical' AND NOT temporary AND slot_name = ANY (?)")) {
            query.setArray(1, connection.createArrayOf("text", names.toArray()));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    Optional<Lsn> restart =
                            Optional.ofNullable(row.getObject(3, Long.class)).map(Lsn::new);
                    copies.put(row.getString(1), new Copy(ByteBuffer.wrap(row.getBytes(2)), restart));
                }
            }
            return copies;
        } catch (MalformedURLException e) {
            throw new SQLException(e.getMessage(), e);
        }
    }

    /** Only while the server is stopped. What is there under these names already is replaced. */
    void write(Map<String, Copy> copies) throws IOException {
        Path folder = dataDirectory.resolve(FOLDER);
        FileAttribute<Set<PosixFilePermission>> asTheFolder =
                PosixFilePermissions.asFileAttribute(Files.getPosixFilePermissions(folder));
        for (Map.Entry<String, Copy> copy : copies.entrySet()) {
            Path slot = folder.resolve(copy.getKey());
            Path temporary = folder.resolve(copy.getKey() + ".tmp"); // PostgreSQL removes such ones when it starts
            delete(temporary);
            Files.createDirectory(temporary, asTheFolder);
            Path file = Files.createFile(
                    temporary.resolve(STATE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(file, copy.getValue().state().array());
            sync(file);
            sync(temporary);
            delete(slot);
            Files.move(temporary, slot, StandardCopyOption.ATOMIC_MOVE);
            sync(folder);
        }
    }

    private static void delete(Path slot) throws IOException {
        if (Files.isDirectory(slot)) {
            try (Stream<Path> files = Files.list(slot)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(slot);
        }
    }

    private static void sync(Path path) throws IOException {
        StandardOpenOption option = Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }
}
