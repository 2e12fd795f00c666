package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.config.PostgresPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs PostgreSQL's programs as child processes, with a deadline; they speak English. */
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
            Path output = Files.createTempFile("matriarch-", ".out");
            try {
                return run(command, output, patience);
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new ArchiveException(program + " can't be run: " + e.getMessage(), e);
        }
    }

    private static Result run(List<String> command, Path output, Duration patience)
            throws IOException, ArchiveException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PATRONI_") || name.equals("PGOPTIONS"));
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return new Result(-1, "not done within " + patience.toMinutes() + " minutes");
            }
            return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", e);
        }
    }
}
