package io.matriarch.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class GlobalsTest {
    private static final String TEXT = """
            --
            -- PostgreSQL database cluster dump; of a test
            --

            \\restrict abc

            SET client_encoding = 'UTF8';

            CREATE ROLE app;
            ALTER ROLE app WITH LOGIN PASSWORD 'a;b''c
            -- no comment';
            CREATE ROLE "the app";
            CREATE ROLE app2;
            ALTER ROLE app SET search_path TO 'x';
            GRANT app TO app2 GRANTED BY postgres;
            GRANT app2 TO app GRANTED BY postgres;
            CREATE TABLESPACE side OWNER postgres LOCATION '/side';
            \\unrestrict abc
            """;

    private final Globals globals = Globals.parse(TEXT);

    @Test
    void statementsEndAtSemicolonsOutsideOfQuotes() {
        assertThat(globals.statements())
                .hasSize(9)
                .startsWith(
                        "SET client_encoding = 'UTF8'",
                        "CREATE ROLE app",
                        "ALTER ROLE app WITH LOGIN PASSWORD 'a;b''c\n-- no comment'",
                        "CREATE ROLE \"the app\"");
    }

    @Test
    void whatIsThereStaysAsItIs() {
        assertThat(globals.missing(Set.of("app"), Set.of("side")))
                .containsExactly(
                        "SET client_encoding = 'UTF8'",
                        "CREATE ROLE \"the app\"",
                        "CREATE ROLE app2",
                        "GRANT app TO app2 GRANTED BY postgres");
        assertThat(globals.missing(Set.of("\"the app\"", "app2"), Set.of()))
                .contains("CREATE ROLE app", "GRANT app2 TO app GRANTED BY postgres")
                .doesNotContain("CREATE ROLE \"the app\"", "CREATE ROLE app2", "GRANT app TO app2 GRANTED BY postgres");
    }

    @Test
    void tablespacesCanBeLeftOut() {
        assertThat(globals.withoutTablespaces().statements())
                .hasSize(8)
                .noneMatch(statement -> statement.contains("TABLESPACE"));
        assertThat(Globals.parse("GRANT ALL ON TABLESPACE side TO app;COMMENT ON TABLESPACE side IS 'x';"
                                + "ALTER TABLESPACE side SET (seq_page_cost=2);ALTER ROLE \"a TABLESPACE b\" LOGIN;")
                        .withoutTablespaces()
                        .statements())
                .containsExactly("ALTER ROLE \"a TABLESPACE b\" LOGIN");
    }
}
