package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.SynchronousStandbyNames;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a real primary makes of the names whom commits wait for; none of these standbys exists. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StandbyNamesTest {
    private static final String LOG = ", logging_collector: \"on\", log_directory: log, log_filename: server.log";

    private RealPostgres a;

    @BeforeAll
    void start(@TempDir Path folder) {
        a = new RealPostgres(folder, "a", "", LOG, "");
        a.succeeds(new Operation.Bootstrap());
        a.await("an answer", () -> a.look().reading().isPresent());
    }

    @AfterAll
    void stop() {
        a.close();
    }

    private void set(String names) {
        Deadline brief = Deadline.after(Duration.ofSeconds(3));
        assertThat(a.postgres().setSynchronousStandbyNames(Optional.of(names), brief))
                .as(names)
                .isEmpty();
        a.await("the names " + names, () -> names().equals(names));
    }

    private String names() {
        return a.look()
                .reading()
                .map(ServerReading::commits)
                .map(ServerReading.Commits::standbyNames)
                .orElse("no answer");
    }

    /**
     * By itself a transaction number alone waits for nobody, but what PostgreSQL writes besides (it may tidy a page of the catalogue) makes it wait. Here it always
     * writes something.
     */
    @HardCase(46)
    @Test
    void theTransactionThatMovesTheWalWaitsForNobody() throws IOException, SQLException {
        try (Connection connection = a.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET synchronous_commit = local");
            statement.execute("CREATE TABLE written (moved int)");
            statement.execute("ALTER FUNCTION pg_catalog.txid_current() RENAME TO txid_current_alone");
            statement.execute("CREATE FUNCTION pg_catalog.txid_current() RETURNS bigint LANGUAGE sql VOLATILE"
                    + " AS 'INSERT INTO public.written VALUES (1) RETURNING moved::bigint'");
        }
        set("nobody");
        set("nobody_else");
        assertThat(a.ask("SELECT count(*) >= 2 FROM written")).isEqualTo("t");
        assertThat(Files.readString(a.data().resolve("log/server.log")))
                .contains("parameter \"synchronous_standby_names\" changed to \"nobody_else\"")
                .doesNotContain("canceling wait for synchronous replication");
    }

    @HardCase({42, 52})
    @Test
    void namesThatNeedQuotesTakeEffect() {
        SynchronousStandbyNames all =
                SynchronousStandbyNames.all(Set.of("any", "First", "node-1", "1", "s p \"q\"", "é"));
        set(all.text());
        assertThat(SynchronousStandbyNames.parse(names()).sameAs(all)).isTrue();
        SynchronousStandbyNames any = SynchronousStandbyNames.any(1, Set.of("any", "x"));
        set(any.text());
        assertThat(SynchronousStandbyNames.parse(names()).sameAs(any)).isTrue();
    }

    @HardCase(45)
    @Test
    void anAgentThatJoinsARunningServerKeepsWhomItsCommitsWaitFor() throws IOException {
        set("kept");
        Path main = a.data().resolve("postgresql.conf");
        String ofAnotherAgent = Files.readString(main).replace("Matriarch", "Patroni");
        Files.writeString(main, ofAnotherAgent);
        a.newAgent();
        a.await("it has written the configuration", () -> {
            a.look();
            return read(main).contains("Matriarch");
        });
        assertThat(read(main)).contains("synchronous_standby_names = 'kept'");
        assertThat(names()).isEqualTo("kept");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
