package io.matriarch.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Matriarch beside Patroni, in turn on the same machine: it/bench runs it. No assertion looks at a number; the table says what came out. The properties
 * {@code matriarch.bench.runs}, {@code matriarch.bench.idle} (seconds) and {@code matriarch.bench.agents} choose how much is measured.
 */
final class Benchmark {
    private static final Path TABLE = Path.of("target/bench.md");

    @Test
    void matriarchBesidePatroni() throws IOException, InterruptedException {
        Figures figures = new Figures(
                List.of(Figure.values()),
                List.of(
                        new Figures.Column(AgentProgram.MATRIARCH, "Matriarch"),
                        new Figures.Column(AgentProgram.PATRONI, "Patroni")));
        Duration idle = Duration.ofSeconds(Integer.getInteger("matriarch.bench.idle", 30));
        List<AgentProgram> agents = Stream.of(System.getProperty("matriarch.bench.agents", "matriarch,patroni")
                        .split(","))
                .map(name -> AgentProgram.valueOf(name.toUpperCase(java.util.Locale.ROOT)))
                .toList();
        for (int run = 1; run <= Integer.getInteger("matriarch.bench.runs", 3); run++) {
            for (AgentProgram agent : agents) {
                System.out.println("run " + run + " of " + agent);
                new BenchmarkRun(agent, idle, figures).go();
                Files.writeString(TABLE, figures.table());
            }
        }
        System.out.println(figures.table());
    }
}
