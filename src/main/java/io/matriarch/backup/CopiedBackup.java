package io.matriarch.backup;

import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.BackupWriter;
import io.matriarch.archive.backup.Tablespace;
import io.matriarch.cluster.Lsn;
import io.matriarch.postgres.ReplicationStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/** What PostgreSQL 15 and later send for BASE_BACKUP: each message begins with a letter that says what it is. */
final class CopiedBackup implements ReplicationStream.Receiver {
    private static final long KILO = 1024;

    private final BackupWriter writer;
    private final LongFunction<Progress> newProgress;
    private final List<Tablespace> tablespaces = new ArrayList<>();
    private Optional<Progress> progress = Optional.empty();
    private OutputStream archive = OutputStream.nullOutputStream();
    private Lsn start = Lsn.ZERO;
    private long timeline;

    CopiedBackup(BackupWriter writer, LongFunction<Progress> newProgress) {
        this.writer = writer;
        this.newProgress = newProgress;
    }

    @Override
    public void begin(List<ReplicationStream.ResultSet> before) throws IOException {
        if (before.size() < 2 || before.getFirst().rows().size() != 1) {
            throw new IOException("the server begins its backup in a way that isn't known here");
        }
        List<String> position = before.getFirst().rows().getFirst();
        start = Lsn.parse(position.getFirst());
        timeline = Long.parseLong(position.get(1));
        long size = 0;
        for (List<String> tablespace : before.get(1).rows()) {
            // that of the data directory has neither number nor place
            if (!tablespace.getFirst().isEmpty()) {
                tablespaces.add(new Tablespace(Long.parseLong(tablespace.getFirst()), tablespace.get(1)));
            }
            size += tablespace.get(2).isEmpty() ? 0 : Long.parseLong(tablespace.get(2)) * KILO;
        }
        progress = Optional.of(newProgress.apply(size));
    }

    @Override
    public void data(byte[] message, int length) throws IOException {
        switch (length == 0 ? ' ' : (char) message[0]) {
            case 'n' -> archive = writer.archive(name(message, length));
            case 'm' -> archive = writer.archive(BackupDescription.MANIFEST);
            case 'd' -> {
                archive.write(message, 1, length - 1);
                progress.ifPresent(shown -> shown.advance(length - 1));
            }
            case 'p' -> {
                // its own count
            }
            default -> throw new IOException("the server sends in its backup what isn't known here");
        }
    }

    void end() {
        progress.ifPresent(Progress::end);
    }

    List<Tablespace> tablespaces() {
        return List.copyOf(tablespaces);
    }

    Lsn start() {
        return start;
    }

    long timeline() {
        return timeline;
    }

    /** It becomes part of objects' names. */
    private static String name(byte[] message, int length) throws IOException {
        int end = 1;
        while (end < length && message[end] != 0) {
            end++;
        }
        String name = new String(message, 1, end - 1, StandardCharsets.US_ASCII);
        if (!name.equals(BackupDescription.BASE) && !name.matches("[0-9]+\\.tar")) {
            throw new IOException("the server sends an archive of the name " + name + ", which isn't known here");
        }
        return name;
    }
}
