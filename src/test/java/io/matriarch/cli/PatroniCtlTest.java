package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Usage, help and exit codes of patronictl as a whole. */
class PatroniCtlTest {
    private final Run run = new Run(Clusters.three().view());

    @Test
    void anUnknownCommandIsWrongUsage() {
        assertThat(run.patronictl("lsit")).isEqualTo(2);
        assertThat(run.errors()).isEqualTo("""
                        Usage: patronictl [OPTIONS] COMMAND [ARGS]...
                        Try 'patronictl --help' for help.

                        Error: No such command 'lsit'.
                        """);
        assertThat(run.output()).isEmpty();
    }

    @Test
    void anUnknownOptionIsWrongUsage() {
        assertThat(run.patronictl("list", "--nope")).isEqualTo(2);
        assertThat(run.errors()).isEqualTo("""
                        Usage: patronictl list [OPTIONS] [CLUSTER_NAMES]...
                        Try 'patronictl list --help' for help.

                        Error: No such option: --nope
                        """);
    }

    @Test
    void aMissingArgumentIsWrongUsage() {
        assertThat(run.patronictl("restart")).isEqualTo(2);
        assertThat(run.errors()).isEqualTo("""
                        Usage: patronictl restart [OPTIONS] CLUSTER_NAME [MEMBER_NAMES]...
                        Try 'patronictl restart --help' for help.

                        Error: Missing argument 'CLUSTER_NAME'.
                        """);
    }

    @Test
    void aWrongChoiceNamesTheRightOnes() {
        assertThat(run.patronictl("list", "-f", "xml")).isEqualTo(2);
        assertThat(run.errors()).contains("'xml' is not one of 'pretty', 'tsv', 'json', 'yaml', 'yml'.");
        assertThat(run.patronictl("reload", "-r", "king", "batman")).isEqualTo(2);
        assertThat(run.errors()).contains("'king' is not one of 'leader', 'primary'");
    }

    @Test
    void withoutACommandTheHelpIsWrongUsage() {
        assertThat(run.patronictl()).isEqualTo(2);
        assertThat(run.errors()).startsWith("Usage: patronictl [OPTIONS] COMMAND [ARGS]...\n");
    }

    @Test
    void helpListsTheCommands() {
        assertThat(run.patronictl("--help")).isZero();
        assertThat(run.output())
                .startsWith("""
                        Usage: patronictl [OPTIONS] COMMAND [ARGS]...

                          Command-line interface for interacting with Patroni.

                        Options:
                          -c, --config-file TEXT     Configuration file
                          -d, --dcs-url, --dcs TEXT  The DCS connect url
                          -k, --insecure             Allow connections to SSL sites without certs
                          --help                     Show this message and exit.

                        Commands:
                        """)
                .contains("\n  list             List the Patroni members for a given Patroni\n");
    }

    @ParameterizedTest
    @EnumSource(CtlCommandName.class)
    void everyCommandHasHelp(CtlCommandName name) {
        assertThat(run.patronictl(name.text(), "--help")).isZero();
        assertThat(run.output())
                .startsWith("Usage: patronictl " + name.text() + " [OPTIONS]")
                .contains("\n  " + name.summary() + "\n")
                .contains("--help")
                .endsWith("Show this message and exit.\n");
    }

    @Test
    void citusGroupsAreTakenAndIgnored() {
        assertThat(run.patronictl("list", "--group", "0")).isZero();
    }
}
