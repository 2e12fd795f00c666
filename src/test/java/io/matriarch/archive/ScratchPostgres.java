package io.matriarch.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** PostgreSQL's own programs, run on data directories below one scratch directory, as the user postgres when the test runs as root. */
final class ScratchPostgres {
    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    private final Path scratch;

    ScratchPostgres(Path scratch) throws IOException, InterruptedException {
        this.scratch = scratch;
        if (ROOT) {
            run(List.of("chown", "postgres", scratch.toString()));
        }
    }

    /** What a program prints, which must succeed. */
    String must(String program, String... arguments) throws IOException, InterruptedException {
        Result result = attempt(program, arguments);
        assertThat(result.code()).as("%s: %s", program, result.output()).isZero();
        return result.output();
    }

    Result attempt(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (ROOT) {
            command.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
        }
        Path installed = programs().resolve(program);
        command.add(Files.exists(installed) ? installed.toString() : program);
        command.addAll(List.of(arguments));
        return run(command);
    }

    String query(String sql) throws IOException, InterruptedException {
        return query(5432, sql);
    }

    String query(int port, String sql) throws IOException, InterruptedException {
        return must("psql", "-h", scratch.toString(), "-p", Integer.toString(port), "-U", "postgres", "-XAtqc", sql)
                .strip();
    }

    void start(Path data) throws IOException, InterruptedException {
        must("pg_ctl", "start", "-w", "-t", "60", "-D", data.toString(), "-l", data + ".log");
    }

    /** Ends a server if there is one. */
    void stop(Path data) throws IOException, InterruptedException {
        attempt("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast", "-D", data.toString());
    }

    void configure(Path data, String... lines) throws IOException {
        Files.write(data.resolve("postgresql.conf"), List.of(lines), StandardOpenOption.APPEND);
    }

    private Result run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("output", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(Path.of("/").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            assertThat(process.waitFor(120, TimeUnit.SECONDS))
                    .as("%s ends", command)
                    .isTrue();
            return new Result(process.exitValue(), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }

    private static Path programs() throws IOException {
        Optional<String> named = Optional.ofNullable(System.getenv("PG_BIN"));
        if (named.isPresent()) {
            return Path.of(named.get());
        }
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.max(java.util.Comparator.naturalOrder())
                    .orElseThrow()
                    .resolve("bin");
        }
    }

    /** How a program ended and what it printed. */
    record Result(int code, String output) {}
}
