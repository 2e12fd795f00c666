package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.Operation;
import io.matriarch.config.HbaLines;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Sequence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** We and PostgreSQL find the same lines of pg_hba.conf wrong. */
@Timeout(120)
final class HbaLinesAndPostgresTest {
    private static final List<String> LINES = List.of(
            "# a comment",
            "local all all trust",
            "local all postgres peer map=local # for the agent",
            "host all all 0.0.0.0/0 scram-sha-256",
            "host all, postgres all 127.0.0.1 255.255.255.255 md5",
            "host replication \"rep user\" ::1/128 md5",
            "host \"my db\",all +group samenet reject",
            "host all all .example.com ident map=x",
            "host all all fe80::7a31:c1ff:0000:0000/96 reject",
            "host all all all trust",
            "hots all all 0.0.0.0/0 md5",
            "all all trust",
            "local all trust",
            "host all all md5",
            "host all all 10.0.0.1 md5",
            "host all all ::1 md5",
            "host all all 10.0.0.0/x md5",
            "host all all 0.0.0.0/0 scram",
            "host all all 0.0.0.0/0 \"md5\"",
            "host all all 127.0.0.1 trust",
            "local all all");

    @TempDir
    private Path folder;

    @Test
    void agree() throws Exception {
        try (RealPostgres server = new RealPostgres(folder, "a")) {
            server.succeeds(new Operation.Bootstrap());
            for (String line : LINES) {
                Files.writeString(server.data().resolve("pg_hba.conf"), line + "\n");
                boolean refused = !server.ask("select count(*) from pg_hba_file_rules where error is not null")
                        .equals("0");
                assertThat(HbaLines.mistakes(new Sequence(List.of(new Value.Text(line))))
                                .isEmpty())
                        .as(line)
                        .isEqualTo(!refused);
            }
        }
    }
}
