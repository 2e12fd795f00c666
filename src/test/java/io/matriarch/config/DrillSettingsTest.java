package io.matriarch.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.DrillSettings.Amcheck;
import io.matriarch.config.DrillSettings.Check;
import io.matriarch.config.DrillSettings.Expectation;
import io.matriarch.config.DrillSettings.Heartbeat;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrillSettingsTest {
    @Test
    void nothingIsNeeded() {
        assertThat(DrillSettings.of(Loading.minimal("")))
                .isEqualTo(new DrillSettings(
                        Optional.empty(),
                        Optional.empty(),
                        1L << 30,
                        256L << 20,
                        Amcheck.HEAP,
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void everythingIsRead() {
        assertThat(DrillSettings.of(Loading.minimal("""
                        backup:
                          drill:
                            scratch: /scratch
                            max_disk: 200GB
                            reserve: 5GB
                            memory: 1GB
                            amcheck: full
                            checks:
                              - {name: a, sql: SELECT 1, expect: 1}
                              - {name: b, database: herd, sql: SELECT 2.5, at_least: 1.5}
                              - {name: c, sql: SELECT 1 WHERE false, expect: ''}
                            heartbeat: {database: herd, sql: SELECT max(at) FROM beat}
                            dump:
                              checks:
                                - {name: a, sql: SELECT 2, expect: 2}
                            max_rpo: 90
                            max_rto: 4h
                        """)))
                .isEqualTo(new DrillSettings(
                        Optional.of(Path.of("/scratch")),
                        Optional.of(200L << 30),
                        5L << 30,
                        1L << 30,
                        Amcheck.FULL,
                        List.of(
                                new Check("a", "postgres", "SELECT 1", new Expectation.Text("1")),
                                new Check("b", "herd", "SELECT 2.5", new Expectation.AtLeast(new BigDecimal("1.5"))),
                                new Check("c", "postgres", "SELECT 1 WHERE false", new Expectation.Text(""))),
                        Optional.of(new Heartbeat("herd", "SELECT max(at) FROM beat")),
                        Optional.of(List.of(new Check("a", "postgres", "SELECT 2", new Expectation.Text("2")))),
                        Optional.of(Duration.ofSeconds(90)),
                        Optional.of(Duration.ofHours(4))));
    }

    @Test
    void amcheckMayBeOff() {
        assertThat(DrillSettings.of(Loading.minimal("backup: {drill: {amcheck: off}}\n"))
                        .amcheck())
                .isEqualTo(Amcheck.OFF);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            maximum: 5                                   | drill.maximum: there is no such setting; allowed here are scratch, max_disk
            max_disk: much                               | drill.max_disk: 'much' isn't a number from
            memory: 1MB                                  | drill.memory: '1MB' isn't a number from 67108864
            scratch: here                                | drill.scratch: 'here' isn't an absolute path
            amcheck: some                                | drill.amcheck: 'some' isn't one of off, heap, full
            max_rpo: 0                                   | drill.max_rpo: '0' isn't a number from 1
            checks: SELECT 1                             | drill.checks: a list is expected here
            checks: [SELECT 1]                           | drill.checks[0]: a mapping is expected here
            checks: [{sql: SELECT 1, expect: 1}]         | drill.checks[0].name: is missing
            checks: [{name: a, expect: 1}]               | drill.checks[0].sql: is missing
            checks: [{name: a, sql: SELECT 1}]           | drill.checks[0].expect: either expect or at_least is needed
            checks: [{name: a, sql: s, expect: 1, at_least: 1}] | drill.checks[0].expect: either expect or at_least is needed
            checks: [{name: a, sql: s, expect: [1]}]     | drill.checks[0].expect: one value is expected here
            checks: [{name: a, sql: s, at_least: some}]  | drill.checks[0].at_least: a number is expected here
            checks: [{name: a, sql: s, expect: 1}, {name: a, sql: t, expect: 1}] | drill.checks[1].name: another check has the name 'a'
            checks: [{name: a, sql: s, expects: 1, expect: 1}] | drill.checks[0].expects: there is no such setting
            heartbeat: SELECT 1                          | drill.heartbeat: a mapping is expected here
            dump: {check: []}                            | drill.dump.check: there is no such setting; allowed here are checks
            dump: {checks: [{name: a, expect: 1}]}       | drill.dump.checks[0].sql: is missing
            heartbeat: {database: herd}                  | drill.heartbeat.sql: is missing
            """)
    void whatIsWrongIsNamed(String line, String problem) {
        assertThat(Loading.problems(Loading.MINIMAL + "backup:\n  drill:\n    " + line + "\n", Map.of()))
                .anySatisfy(found -> assertThat(found).contains("patroni.yml: backup." + problem));
    }

    @Test
    void aMistakeInItDoesNotStopArchiving(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("patroni.yml"), """
                backup:
                  repositories: {main: {type: directory, path: /backup}}
                  drill: {checks: none}
                """);
        assertThat(BackupConfigurationLoader.load(file, Map.of())).isInstanceOf(LoadResult.Loaded.class);
    }
}
