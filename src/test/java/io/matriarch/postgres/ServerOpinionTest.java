package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.ParameterOpinion;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.nio.file.Path;
import java.util.List;
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
        assertThat(ServerOpinion.of(
                                postgres(),
                                dynamic(
                                        "work_mem: lots, log_statement: everything, fsync: perhaps, unheard_of: 1, Shared_Buffers: 1GB"))
                        .wrong())
                .containsExactlyInAnyOrder(
                        "postgresql.parameters.work_mem: invalid value for parameter \"work_mem\": \"lots\"",
                        "postgresql.parameters.log_statement: invalid value for parameter \"log_statement\": \"everything\""
                                + " (Available values: none, ddl, mod, all.)",
                        "postgresql.parameters.fsync: parameter \"fsync\" requires a Boolean value");
    }

    @Test
    void whatAnotherVersionMayKnowAndWhatTheAgentMendsIsDoubtful() {
        ParameterOpinion opinion = ServerOpinion.of(
                postgres(),
                dynamic("unheard_of: 1, random_page_cost: -1, pg_stat_statements.max: 5, 'no name': 1,"
                        + " max_connections: abc"));
        assertThat(opinion.wrong()).isEmpty();
        assertThat(opinion.doubtful())
                .containsExactlyInAnyOrder(
                        "postgresql.parameters.no name: 'no name' can't be a parameter's name",
                        "postgresql.parameters.unheard_of: unrecognized configuration parameter \"unheard_of\"",
                        "postgresql.parameters.random_page_cost: -1 is outside the valid range for parameter"
                                + " \"random_page_cost\" (0 .. 1.79769e+308)");
    }

    @Test
    void withoutPostgresNobodyIsAsked() {
        assertThat(ServerOpinion.of("/nowhere/postgres", dynamic("work_mem: lots")))
                .isEqualTo(new ParameterOpinion(List.of(), List.of()));
    }
}
