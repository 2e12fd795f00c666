package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs that end by themselves. */
final class Programs {
    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    private Programs() {}

    record Result(int code, String output) {}

    static Result run(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        Path output = Files.createTempFile("output", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(Path.of("/").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            assertThat(process.waitFor(120, TimeUnit.SECONDS))
                    .as("%s ends", command)
                    .isTrue();
            return new Result(process.exitValue(), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }

    static void must(String... command) throws IOException, InterruptedException {
        Result result = run(List.of(command), Map.of());
        assertThat(result.code())
                .as("%s: %s", List.of(command), result.output())
                .isZero();
    }

    /** As a user that PostgreSQL accepts: it refuses to run as root. */
    static void mustAsPostgres(String... command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>();
        if (ROOT) {
            whole.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
        }
        whole.addAll(List.of(command));
        must(whole.toArray(String[]::new));
    }

    static void giveToPostgres(Path file) throws IOException, InterruptedException {
        if (ROOT) {
            must("chown", "-R", "postgres:postgres", file.toString());
        }
    }

    static int freePort() {
        return new Ports().next();
    }
}
