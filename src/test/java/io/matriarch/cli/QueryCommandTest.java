package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cli.QueryRunner.Result;
import io.matriarch.cluster.ServerAddress;
import io.matriarch.value.Value;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
        QueryLogin nobody = new QueryLogin(Optional.of("nobody"), Optional.empty(), Optional.empty(), Optional.empty());
        QueryRunner runner = new QueryRunner(new ServerAddress("127.0.0.1", port), nobody);

        assertThat(runner.run("select 1", Optional.empty()))
                .isInstanceOfSatisfying(
                        Result.Failed.class, failed -> assertThat(failed.why()).contains("refused"));
    }

    @Test
    void whatNoOptionSaysTheVariablesOfLibpqSay() {
        Map<String, String> environment =
                Map.of("PGUSER", "me", "PGPASSWORD", "secret", "PGDATABASE", "mine", "HOME", "/home/me");

        assertThat(QueryLogin.of(
                        name -> Optional.ofNullable(environment.get(name)),
                        Optional.of("you"),
                        Optional.empty(),
                        Optional.empty()))
                .isEqualTo(new QueryLogin(
                        Optional.of("you"),
                        Optional.of("secret"),
                        Optional.of("mine"),
                        Optional.of(Path.of("/home/me/.pgpass"))));
        assertThat(QueryLogin.of(
                                name -> Optional.of(name).filter("PGPASSFILE"::equals),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty())
                        .passwordFile())
                .contains(Path.of("PGPASSFILE"));
    }

    @Test
    void arraysAreShownAsPythonShowsLists() {
        Value numbers = PostgresArray.parse("{1,NULL,{2}}", text -> Value.of(Long.parseLong(text)));
        Value texts = PostgresArray.parse("[0:2]={a,\"b, \\\"c}\",it's}", Value::of);

        assertThat(PythonText.of(numbers)).isEqualTo("[1, None, [2]]");
        assertThat(PythonText.of(texts)).isEqualTo("['a', 'b, \"c}', \"it's\"]");
        assertThat(PythonText.of(PostgresArray.parse("{}", Value::of))).isEqualTo("[]");
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
