package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is shown of a failed program's output. */
final class PgToolsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "initdb: unrecognized option '--x'/initdb: hint: Try \"initdb --help\" for more information. | initdb: unrecognized option '--x'",
                "Try \"initdb --help\" for more information. | exit code 1",
                "pg_rewind: error: no such file/pg_rewind: done | pg_rewind: error: no such file",
                "one/two | two",
                "'' | exit code 1"
            })
    void isTheErrorAndNotTheHint(String output, String shown) {
        assertThat(new PgTools.Result(1, output.replace("/", "\n")).lastLine()).isEqualTo(shown);
    }
}
