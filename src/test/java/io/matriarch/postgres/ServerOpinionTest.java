package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the installed PostgreSQL says of parameters. */
final class ServerOpinionTest {
    @TempDir
    private Path folder;

    private static Mapping dynamic(String parameters) {
        return (Mapping) Yaml.parse("postgresql: {parameters: {" + parameters + "}}");
    }

    private String postgres() {
        return new PgTools(new RealPostgres(folder, "unused")
                        .configuration()
                        .local()
                        .postgresql())
                .path("postgres");
    }

    @Test
    void wrongValuesAreExplainedByPostgres() {
        assertThat(
                        ServerOpinion.wrongValues(
                                postgres(),
                                dynamic(
                                        "work_mem: lots, log_statement: everything, fsync: perhaps, unheard_of: 1, Shared_Buffers: 1GB")))
                .containsExactlyInAnyOrder(
                        "postgresql.parameters.work_mem: invalid value for parameter \"work_mem\": \"lots\"",
                        "postgresql.parameters.log_statement: invalid value for parameter \"log_statement\": \"everything\""
                                + " (Available values: none, ddl, mod, all.)",
                        "postgresql.parameters.fsync: parameter \"fsync\" requires a Boolean value");
    }

    @Test
    void whatAnotherVersionMayKnowAndWhatTheAgentMendsIsTaken() {
        assertThat(ServerOpinion.wrongValues(
                        postgres(),
                        dynamic("unheard_of: 1, random_page_cost: -1, pg_stat_statements.max: 5, 'no name': 1,"
                                + " max_connections: abc")))
                .isEmpty();
    }

    @Test
    void withoutPostgresNobodyIsAsked() {
        assertThat(ServerOpinion.wrongValues("/nowhere/postgres", dynamic("work_mem: lots")))
                .isEmpty();
    }
}
