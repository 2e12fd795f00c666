package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What postgres says of a configuration file. */
final class ParameterTrialTest {
    @TempDir
    private Path folder;

    private Map<String, List<String>> read(String output) {
        RealPostgres server = new RealPostgres(folder, "unused");
        ParameterTrial trial =
                new ParameterTrial(new PgTools(server.configuration().local().postgresql()));
        return trial.read(
                output,
                Map.of("work_mem", "1kB", "log_statement", "foo", "autovacuum", "maybe", "random_page_cost", "-3"));
    }

    @Test
    void aValueOutOfRangeGoesToTheRangesEnd() {
        assertThat(
                        read(
                                "2026 [1] LOG:  1 kB is outside the valid range for parameter \"work_mem\" (64 kB .. 2147483647 kB)"))
                .isEqualTo(Map.of("work_mem", List.of("64")));
        assertThat(read("LOG:  -3 is outside the valid range for parameter \"random_page_cost\" (0 .. 1.79769e+308)"))
                .isEqualTo(Map.of("random_page_cost", List.of("0")));
    }

    @Test
    void whatCannotBeReadIsLeftOut() {
        String output = """
                LOG:  invalid value for parameter "log_statement": "autovacuum"
                HINT:  Available values: "work_mem"
                LOG:  parameter "autovacuum" requires a Boolean value
                FATAL:  configuration file "work_mem" contains errors
                """;
        assertThat(read(output)).isEqualTo(Map.of("log_statement", List.of(), "autovacuum", List.of()));
    }

    @Test
    void othersMistakesAreNotOurs() {
        assertThat(read("LOG:  unrecognized configuration parameter \"of_base_conf\" in file \"x\" line 4"))
                .isEmpty();
    }
}
