package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.config.PostgresPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs PostgreSQL's programs as child processes, with a deadline; they end when this process ends, however that ends, and speak English. */
public record Program(PostgresPrograms programs) {
    private static final int LONGEST_SHOWN = 4000;

    /** How one ended and what it printed. */
    public record Result(int code, String output) {
        public boolean ok() {
            return code == 0;
        }

        /** Its last words, in one line. */
        public String words() {
            String text = output.strip().replace('\n', ' ');
            return text.length() > LONGEST_SHOWN ? "... " + text.substring(text.length() - LONGEST_SHOWN) : text;
        }
    }

    /** @throws ArchiveException if it isn't there, and what to do about that */
    public void require(String program) throws ArchiveException {
        String missing = programs.unusable(program).orElse("");
        if (!missing.isEmpty()) {
            throw new ArchiveException(missing);
        }
    }

    public String path(String program) {
        return programs.path(program);
    }

    public Result run(Duration patience, String program, List<String> arguments) throws ArchiveException {
        List<String> command = new ArrayList<>(List.of(path(program)));
        command.addAll(arguments);
        try {
            return run(command, patience);
        } catch (IOException e) {
            throw new ArchiveException(program + " can't be run: " + e.getMessage(), e);
        }
    }

    private static Result run(List<String> command, Duration patience) throws IOException, ArchiveException {
        Path output = Files.createTempFile("matriarch-", ".out");
        try (InputStream printed = Files.newInputStream(output)) {
            Process process;
            try {
                process = builder(command, output).start();
            } finally {
                // both have it open: nothing is left of it when this process is killed
                Files.delete(output);
            }
            try (OutputStream _ = process.getOutputStream()) {
                if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    return new Result(-1, "not done within " + patience.toMinutes() + " minutes");
                }
                return new Result(process.exitValue(), new String(printed.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", e);
        }
    }

    private static ProcessBuilder builder(List<String> command, Path output) {
        ProcessBuilder builder = new ProcessBuilder(Keeper.of("KILL", command))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PATRONI_") || name.equals("PGOPTIONS"));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }
}
