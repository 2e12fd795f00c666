package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cli.QueryRunner.Result;
import io.matriarch.cluster.ServerAddress;
import io.matriarch.value.Value;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** patronictl query as far as it goes without a server. */
class QueryCommandTest {
    private final Run run = new Run(Clusters.three().view());

    @Test
    void needsExactlyOneSourceOfSql() {
        assertThat(run.patronictl("query")).isEqualTo(1);
        assertThat(run.errors()).isEqualTo("Error: You need to specify either --command or --file\n");
        assertThat(run.patronictl("query", "-c", "select 1", "-f", "x.sql")).isEqualTo(1);
        assertThat(run.errors()).isEqualTo("Error: --file and --command are mutually exclusive options\n");
        assertThat(run.patronictl("query", "-c", "select 1", "-r", "any", "-m", "pg-0"))
                .isEqualTo(1);
        assertThat(run.errors()).isEqualTo("Error: --role and --member are mutually exclusive options\n");
    }

    @Test
    void nobodyToAskIsARow() {
        assertThat(run.patronictl("query", "-c", "select 1", "-m", "pg-9")).isZero();
        assertThat(run.output()).isEqualTo("2026-11-23 15:36:54\tNo connection to member pg-9 is available\n");
    }

    @Test
    void aServerThatDoesNotListenIsAFailure() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        QueryRunner runner = new QueryRunner(
                new ServerAddress("127.0.0.1", port), Optional.of("nobody"), Optional.empty(), Optional.empty());

        assertThat(runner.run("select 1", Optional.empty()))
                .isInstanceOfSatisfying(
                        Result.Failed.class, failed -> assertThat(failed.why()).contains("refused"));
    }

    @Test
    void rowsAndMessagesAreListed() {
        Result.Rows rows = new Result.Rows(
                List.of("a", "b"),
                List.of(List.of(Value.of(1), Value.of(true)), List.of(new Value.Null(), Value.of("x"))));

        assertThat(QueryRunner.listing(rows).separated(",")).isEqualTo("a,b\n1,True\nNone,x");
        assertThat(QueryRunner.listing(rows).render(OutputFormat.JSON))
                .isEqualTo("[{\"a\": 1, \"b\": true}, {\"a\": null, \"b\": \"x\"}]");
        assertThat(QueryRunner.message("now", "oops").render(OutputFormat.PRETTY))
                .isEqualTo("""
                        +---------+---------+
                        | Field 1 | Field 2 |
                        +---------+---------+
                        | now     | oops    |
                        +---------+---------+""");
    }
}
