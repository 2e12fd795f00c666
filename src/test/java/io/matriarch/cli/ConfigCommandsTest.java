package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.dcs.DcsCommand.PutConfig;
import io.matriarch.dcs.Writing;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** patronictl show-config, edit-config and history. */
class ConfigCommandsTest {
    private static final ClusterView VIEW = Clusters.three().config("""
                    {"ttl":30,"loop_wait":10,"postgresql":{"use_pg_rewind":true,"parameters":{"max_connections":100}}}""").view();

    @TempDir
    Path folder = Path.of("");

    @Test
    void showConfigIsSortedYaml() {
        Run run = new Run(VIEW);

        assertThat(run.patronictl("show-config")).isZero();
        assertThat(run.output()).isEqualTo("""
                        loop_wait: 10
                        postgresql:
                          parameters:
                            max_connections: 100
                          use_pg_rewind: true
                        ttl: 30

                        """);
        Run none = new Run(Clusters.three().withoutConfig().view());
        assertThat(none.patronictl("show-config")).isZero();
        assertThat(none.output()).isEmpty();
    }

    @Test
    void editConfigShowsTheDifferenceAndAsks() {
        Run run = new Run(VIEW).typing("y");

        assertThat(run.patronictl(
                        "edit-config", "-s", "ttl=20", "-p", "superuser_reserved_connections=6", "-p", "pg_stat.max=1"))
                .isZero();
        assertThat(run.output()).isEqualTo("""
                        ---\s
                        +++\s
                        @@ -2,5 +2,7 @@
                         postgresql:
                           parameters:
                             max_connections: 100
                        +    pg_stat.max: 1
                        +    superuser_reserved_connections: 6
                           use_pg_rewind: true
                        -ttl: 30
                        +ttl: 20
                        Apply these changes? [y/N]: y
                        Configuration changed
                        """);
        assertThat(run.dcs().written()).containsExactly(put("""
                        {"ttl":20,"loop_wait":10,"postgresql":{"use_pg_rewind":true,"parameters":\
                        {"max_connections":100,"superuser_reserved_connections":6,"pg_stat.max":1}}}"""));
    }

    private static PutConfig put(String json) {
        return new PutConfig((Mapping) Json.parse(json), OptionalLong.of(11));
    }

    @Test
    void nullRemovesAndEmptySectionsGoToo() {
        Run run = new Run(VIEW);

        assertThat(run.patronictl(
                        "edit-config",
                        "--force",
                        "-q",
                        "-p",
                        "max_connections=null",
                        "--set",
                        "postgresql.use_pg_rewind=",
                        "-s",
                        "tags.a.b=[1, two]"))
                .isZero();
        assertThat(run.output()).isEqualTo("Configuration changed\n");
        assertThat(run.dcs().written())
                .containsExactly(put("{\"ttl\":30,\"loop_wait\":10,\"tags\":{\"a\":{\"b\":[1,\"two\"]}}}"));
    }

    @Test
    void aNoChangesNothing() {
        Run run = new Run(VIEW).typing("n");

        assertThat(run.patronictl("edit-config", "-s", "ttl=20", "-q")).isZero();
        assertThat(run.dcs().written()).isEmpty();

        assertThat(run.patronictl("edit-config", "-s", "ttl=30")).isZero();
        assertThat(run.output()).isEqualTo("Not changed\n");
    }

    @Test
    void whatTheMembersWouldNotUseIsRefusedOrTold() {
        Run refused = new Run(VIEW);
        assertThat(refused.patronictl("edit-config", "-p", "max_connections=abc", "--force"))
                .isEqualTo(1);
        assertThat(refused.errors())
                .isEqualTo("Error: Nothing is changed: postgresql.parameters.max_connections: 'abc':"
                        + " allowed are whole numbers from 25 to 262143\n");
        assertThat(refused.dcs().written()).isEmpty();

        Run refusedByServer = new Run(VIEW);
        assertThat(refusedByServer.patronictl("edit-config", "-p", "work_mem=lots", "--force"))
                .isEqualTo(1);
        assertThat(refusedByServer.errors())
                .isEqualTo("Error: Nothing is changed: postgresql.parameters.work_mem: invalid value\n");
        assertThat(refusedByServer.dcs().written()).isEmpty();

        Run doubted = new Run(VIEW);
        assertThat(doubted.patronictl("edit-config", "-p", "unheard_of=1", "--force", "-q"))
                .isZero();
        assertThat(doubted.errors()).isEqualTo("Warning: postgresql.parameters.unheard_of: unrecognized\n");

        Run told = new Run(VIEW);
        assertThat(told.patronictl("edit-config", "-s", "ttl=5", "--force", "-q"))
                .isZero();
        assertThat(told.errors()).startsWith("Warning: ttl=5 can't be used, 20 counts");
        assertThat(told.dcs().written()).hasSize(1);
    }

    @Test
    void somebodyElseWasFaster() {
        Run run = new Run(VIEW);
        run.dcs().answerWrites(new Writing.Refused("revision is 12"));

        assertThat(run.patronictl("edit-config", "-s", "ttl=40", "--force")).isEqualTo(1);
        assertThat(run.errors()).isEqualTo("Error: Config modification aborted due to concurrent changes\n");
    }

    @Test
    void filesAreAppliedOrReplaceEverything() throws IOException {
        Path file = Files.writeString(folder.resolve("new.yml"), "ttl: 25\npostgresql:\n  use_pg_rewind: null\n");
        Run apply = new Run(VIEW);
        assertThat(apply.patronictl("edit-config", "--apply", file.toString(), "--force"))
                .isZero();
        assertThat(apply.dcs().written())
                .containsExactly(
                        put("{\"ttl\":25,\"loop_wait\":10,\"postgresql\":{\"parameters\":{\"max_connections\":100}}}"));

        Run replace = new Run(VIEW);
        assertThat(replace.patronictl("edit-config", "--replace", file.toString(), "--force"))
                .isZero();
        assertThat(replace.dcs().written()).containsExactly(put("{\"ttl\":25,\"postgresql\":{}}"));
    }

    @Test
    void standardInputNeedsForce() {
        Run run = new Run(VIEW).typing("ttl: 25\n");

        assertThat(run.patronictl("edit-config", "--apply", "-", "-q")).isZero();
        assertThat(run.output()).isEqualTo("Use --force option to apply changes\n");
        assertThat(run.dcs().written()).isEmpty();
        assertThat(run.patronictl("edit-config", "--apply", "-", "-q", "--force"))
                .isZero();
        assertThat(run.dcs().written()).hasSize(1);
    }

    @Test
    void nonsenseIsAnErrorThatSaysWhere() throws IOException {
        assertThat(error("edit-config", "-s", "ttl")).isEqualTo("Error: Invalid parameter setting ttl\n");
        assertThat(error("edit-config", "-s", "ttl=[")).startsWith("Error: Invalid parameter setting ttl=[: line 1");
        Path list = Files.writeString(folder.resolve("list.yml"), "- a\n");
        assertThat(error("edit-config", "--apply", list.toString()))
                .isEqualTo("Error: " + list + " isn't a configuration: a YAML mapping of keys to values is expected\n");
        assertThat(error("edit-config", "--apply", folder.resolve("none").toString()))
                .contains("doesn't exist");
    }

    private static String error(String... arguments) {
        Run run = new Run(VIEW);
        assertThat(run.patronictl(arguments)).isEqualTo(1);
        assertThat(run.dcs().written()).isEmpty();
        return run.errors();
    }

    @Test
    void withoutConfigThereIsNothingToEdit() {
        Run run = new Run(Clusters.three().withoutConfig().view());

        assertThat(run.patronictl("edit-config", "-s", "ttl=20")).isEqualTo(1);
        assertThat(run.errors()).isEqualTo("Error: The config key does not exist in the cluster batman\n");
    }

    @Test
    void anEditorIsStartedOnTheYaml() throws IOException {
        Path editor = Files.writeString(folder.resolve("editor"), "#!/bin/sh\nsed -i 's/^ttl: 30/ttl: 45/' \"$1\"\n");
        assertThat(editor.toFile().setExecutable(true)).isTrue();

        assertThat(new Editor(Optional.of(editor.toString()), "").edit("loop_wait: 10\nttl: 30\n", "a/b"))
                .isEqualTo("loop_wait: 10\nttl: 45\n");
    }

    @Test
    void historyInEachFormat() {
        Run run = new Run(Clusters.three()
                .history(
                        new History.Entry(
                                1,
                                new Lsn(25623960),
                                "no recovery target specified",
                                Optional.of("2026-11-23T14:19:45.856524+00:00"),
                                Optional.of("pg-b")),
                        new History.Entry(2, new Lsn(335544320), "x", Optional.empty(), Optional.empty()))
                .view());

        assertThat(run.patronictl("history")).isZero();
        assertThat(run.output()).isEqualTo("""
                        +----+-----------+------------------------------+----------------------------------+------------+
                        | TL |       LSN | Reason                       | Timestamp                        | New Leader |
                        +----+-----------+------------------------------+----------------------------------+------------+
                        |  1 |  25623960 | no recovery target specified | 2026-11-23T14:19:45.856524+00:00 | pg-b       |
                        |  2 | 335544320 | x                            |                                  |            |
                        +----+-----------+------------------------------+----------------------------------+------------+
                        """);
        assertThat(run.patronictl("history", "-f", "json")).isZero();
        assertThat(run.output())
                .endsWith(
                        "{\"TL\": 2, \"LSN\": 335544320, \"Reason\": \"x\", \"Timestamp\": \"\", \"New Leader\": \"\"}]\n");
        assertThat(run.patronictl("history", "-f", "tsv")).isZero();
        assertThat(run.output()).startsWith("TL\tLSN\tReason\tTimestamp\tNew Leader\n1\t25623960\tno");
    }
}
