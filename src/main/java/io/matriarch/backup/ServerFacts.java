package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.config.Units;
import io.matriarch.postgres.ReplicationProblem;
import io.matriarch.postgres.ReplicationStream;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a server says of itself.
 *
 * @param version such as 150012
 * @param standby whether it is in recovery
 */
record ServerFacts(String systemIdentifier, int version, long segmentSize, boolean standby) {
    private static final int OLDEST = 150_000;

    static ServerFacts ask(ReplicationStream server) throws ArchiveException {
        try {
            int version = Integer.parseInt(show(server, "server_version_num"));
            if (version < OLDEST) {
                throw new ArchiveException(server.place() + " is of version " + show(server, "server_version")
                        + ": backups are made of PostgreSQL 15 and later");
            }
            OptionalLong segmentSize = Units.whole(show(server, "wal_segment_size"), "B");
            return new ServerFacts(
                    first(server, "IDENTIFY_SYSTEM"),
                    version,
                    segmentSize.orElseThrow(),
                    show(server, "in_hot_standby").equals("on"));
        } catch (ReplicationProblem e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    private static String show(ReplicationStream server, String parameter) throws ReplicationProblem {
        return first(server, "SHOW " + parameter);
    }

    private static String first(ReplicationStream server, String command) throws ReplicationProblem {
        List<List<String>> rows = server.run(command).getFirst().rows();
        return rows.getFirst().getFirst();
    }
}
