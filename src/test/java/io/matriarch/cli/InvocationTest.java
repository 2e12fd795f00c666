package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cli.Invocation.Agent;
import io.matriarch.cli.Invocation.Ctl;
import io.matriarch.cli.Invocation.Daemon;
import io.matriarch.cli.Invocation.Help;
import io.matriarch.cli.Invocation.SelfTest;
import io.matriarch.cli.Invocation.ShowVersion;
import io.matriarch.cli.Invocation.Validate;
import io.matriarch.cli.Invocation.Wal;
import io.matriarch.cli.Invocation.WrongUsage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvocationTest {
    @Test
    void theNameOrTheFirstArgumentDecides() {
        assertThat(Invocation.of("patronictl", List.of("list", "-e"))).isEqualTo(new Ctl(List.of("list", "-e")));
        assertThat(Invocation.of("patronictl", List.of("wal"))).isEqualTo(new Ctl(List.of("wal")));
        assertThat(Invocation.of("matriarch", List.of("ctl", "list"))).isEqualTo(new Ctl(List.of("list")));
        assertThat(Invocation.of("matriarch", List.of("wal", "push", "x"))).isEqualTo(new Wal(List.of("push", "x")));
        assertThat(Invocation.of("matriarch", List.of("self-test"))).isEqualTo(new SelfTest(List.of()));
        assertThat(Invocation.of("matriarch", List.of("health", "primary")))
                .isEqualTo(new Invocation.Health(List.of("primary")));
        assertThat(Invocation.of("matriarch", List.of("docs", "transitions"))).isEqualTo(new Invocation.Transitions());
        assertThat(Invocation.of("matriarch", List.of("docs", "all"))).isInstanceOf(Invocation.WrongUsage.class);
        assertThat(Invocation.of("patroni", List.of("/etc/patroni.yml")))
                .isEqualTo(new Daemon(Optional.of("/etc/patroni.yml")));
        assertThat(Invocation.of("matriarch", List.of())).isEqualTo(new Daemon(Optional.empty()));
        assertThat(Invocation.of("patroni", List.of("agent", "/etc/patroni.yml")))
                .isEqualTo(new Agent(Optional.of("/etc/patroni.yml")));
        assertThat(Invocation.of("matriarch", List.of("agent"))).isEqualTo(new Agent(Optional.empty()));
    }

    @Test
    void patronisOptions() {
        assertThat(Invocation.of("patroni", List.of("--version"))).isEqualTo(new ShowVersion());
        assertThat(Invocation.of("patroni", List.of("-h"))).isEqualTo(new Help());
        assertThat(Invocation.of("patroni", List.of("--validate-config", "p.yml")))
                .isEqualTo(new Validate(Optional.of("p.yml"), false, false));
        assertThat(Invocation.of("patroni", List.of("p.yml", "--validate-config", "-i", "--print")))
                .isEqualTo(new Validate(Optional.of("p.yml"), true, true));
    }

    @Test
    void everythingElseIsWrongUsage() {
        assertThat(Invocation.of("patroni", List.of("a.yml", "b.yml"))).isInstanceOf(WrongUsage.class);
        assertThat(Invocation.of("patroni", List.of("--nope"))).isInstanceOf(WrongUsage.class);
        assertThat(Invocation.of("patroni", List.of("-i", "p.yml"))).isInstanceOf(WrongUsage.class);
        assertThat(Invocation.of("patroni", List.of("agent", "--version"))).isInstanceOf(WrongUsage.class);
    }

    @Test
    void wrongUsageShowsTheRightOneAndExitsWithTwo() {
        ByteArrayOutputStream errors = new ByteArrayOutputStream();

        assertThat(Usage.wrong("unrecognized arguments: --nope", new PrintStream(errors, true, StandardCharsets.UTF_8)))
                .isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .startsWith("Usage: matriarch [CONFIG]")
                .endsWith("\nmatriarch: error: unrecognized arguments: --nope\n");
    }

    @Test
    void aConfigurationMustComeFromSomewhere(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("patroni.yml"), "name: a\n");
        Optional<String> missing = Optional.of(folder.resolve("none.yml").toString());

        assertThat(Usage.missingConfiguration(Optional.of(file.toString()), Map.of()))
                .isEmpty();
        assertThat(Usage.missingConfiguration(missing, Map.of("PATRONI_NAME", "a")))
                .isEmpty();
        assertThat(Usage.missingConfiguration(missing, Map.of()).orElseThrow()).contains("none.yml doesn't exist");
        assertThat(Usage.missingConfiguration(Optional.empty(), Map.of("PATH", "/bin")))
                .isPresent();
    }

    @Test
    void theVersionIsMavens() {
        assertThat(Version.MATRIARCH).isEqualTo(System.getProperty("matriarch.version"));
        assertThat(Version.line("patroni")).isEqualTo("patroni 4.1.4");
        assertThat(Version.line("matriarch"))
                .isEqualTo("Matriarch " + Version.MATRIARCH + " (Patroni 4.1.4 compatible)");
    }

    @Test
    void configurationsToBeginWith() {
        assertThat(Invocation.of("patroni", List.of("--generate-sample-config", "a.yml")))
                .isEqualTo(new Invocation.Generate(true, Optional.of("a.yml"), Optional.empty()));
        assertThat(Invocation.of("patroni", List.of("--dsn", "host=x", "--generate-config")))
                .isEqualTo(new Invocation.Generate(false, Optional.empty(), Optional.of("host=x")));
        assertThat(Invocation.of("patroni", List.of("--generate-config", "--dsn=host=x", "a", "b")))
                .isEqualTo(new Invocation.WrongUsage("unrecognized arguments: b"));
        assertThat(Invocation.of("patroni", List.of("a.yml", "--dsn", "host=x")))
                .isEqualTo(new Invocation.WrongUsage("--dsn goes with --generate-config"));
    }
}
