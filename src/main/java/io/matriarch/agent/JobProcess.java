package io.matriarch.agent;

import io.matriarch.guard.ParentWatch;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Runs a command of this executable as a child with a low priority. It ends when this agent ends: the command watches its standard input.
 */
final class JobProcess {
    private static final Logger LOG = Logger.getLogger(JobProcess.class);
    private static final List<String> NICE = List.of("nice", "-n", "10");
    private static final int MOST_LINES = 1000;

    private final OwnProgram program;
    private final AtomicReference<Optional<Process>> running = new AtomicReference<>(Optional.empty());

    JobProcess(OwnProgram program) {
        this.program = program;
    }

    /**
     * How one ended.
     *
     * @param output the last lines of its standard output
     * @param errors what it complained of
     */
    record Result(int code, List<String> output, List<String> errors) {
        boolean ok() {
            return code == 0;
        }

        /** What it says in the end as a line of JSON, if it does. */
        Mapping report() {
            return output.isEmpty() ? Mapping.empty() : object(output.getLast());
        }

        /** Its whole output as JSON. */
        List<Mapping> rows() {
            try {
                return Json.parse(String.join("\n", output)) instanceof Value.Sequence(List<Value> items)
                        ? items.stream()
                                .filter(Mapping.class::isInstance)
                                .map(Mapping.class::cast)
                                .toList()
                        : List.of();
            } catch (MalformedDocument notJson) {
                return List.of();
            }
        }

        private static Mapping object(String text) {
            try {
                return Json.parse(text) instanceof Mapping mapping ? mapping : Mapping.empty();
            } catch (MalformedDocument notJson) {
                return Mapping.empty();
            }
        }
    }

    /** Runs it to its end; {@code progress} gets what it says of that. Never throws: what can't be started has failed. */
    Result run(List<String> arguments, Consumer<JobProgress> progress) {
        List<String> command = new ArrayList<>(NICE);
        command.addAll(program.with(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put(ParentWatch.VARIABLE, ParentWatch.ASKED);
        builder.environment().remove("NOTIFY_SOCKET");
        try {
            Process process = builder.start();
            running.set(Optional.of(process));
            List<String> errors = new CopyOnWriteArrayList<>();
            Thread listener =
                    Thread.ofPlatform().daemon().start(() -> listen(process.getErrorStream(), errors, progress));
            List<String> output = lines(process.getInputStream());
            int code = process.waitFor();
            listener.join();
            return new Result(code, output, errors);
        } catch (IOException e) {
            return new Result(1, List.of(), List.of("can't be started: " + e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Result(1, List.of(), List.of("interrupted"));
        } finally {
            running.set(Optional.empty());
        }
    }

    private static void listen(InputStream stream, List<String> errors, Consumer<JobProgress> progress) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Optional<JobProgress> told = JobProgress.of(line);
                told.ifPresent(progress);
                if (told.isEmpty() && line.startsWith("Error: ")) {
                    errors.add(line.substring("Error: ".length()));
                } else if (told.isEmpty() && !line.isBlank()) {
                    LOG.infof("job: %s", line);
                }
            }
        } catch (IOException e) {
            errors.add("what it said can't be read: " + e.getMessage());
        }
    }

    private static List<String> lines(InputStream stream) throws IOException {
        List<String> kept = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (kept.size() == MOST_LINES) {
                    kept.removeFirst();
                }
                kept.add(line);
            }
        }
        return kept;
    }

    /** Asks it to end now. */
    void stop() {
        running.get().ifPresent(process -> {
            try {
                process.getOutputStream().close();
            } catch (IOException gone) {
                process.destroy();
            }
        });
    }
}
