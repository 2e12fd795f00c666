package io.matriarch.dump;

import io.matriarch.cli.Terminal;
import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a program that started a command gets to know: one JSON object in the last line of standard output, also when the command fails. */
final class DumpReport {
    private final String job;
    private final Instant started = Instant.now();
    private final long begun = System.nanoTime();
    private final List<String> problems = new ArrayList<>();
    private final List<String> databases = new ArrayList<>();
    private Optional<String> label = Optional.empty();
    private Optional<List<String>> removed = Optional.empty();
    private long stored;
    private long content;

    DumpReport(String job) {
        this.job = job;
    }

    void label(String text) {
        label = Optional.of(text);
    }

    void databases(List<String> names) {
        databases.addAll(names);
    }

    void sizes(long storedBytes, long contentBytes) {
        stored = storedBytes;
        content = contentBytes;
    }

    void removed(List<String> labels) {
        removed = Optional.of(List.copyOf(labels));
    }

    void problem(String text) {
        problems.add(text);
    }

    /** Prints it, if that is wanted; returns the exit code. */
    int end(boolean wanted, int code, Terminal terminal) {
        if (wanted) {
            terminal.echo(Json.spaced(json(code == 0)));
        }
        return code;
    }

    private Mapping json(boolean ok) {
        long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        return Mapping.empty()
                .with("job", job)
                .with("ok", ok)
                .with("label", label.map(Text::new))
                .with("started", started.toString())
                .with("seconds", (millis + 500) / 1000)
                .with("stored_bytes", stored)
                .with("content_bytes", content)
                .with("databases", texts(databases))
                .with("removed", removed.map(DumpReport::texts))
                .with("problems", texts(problems));
    }

    private static Sequence texts(List<String> texts) {
        List<Value> values = new ArrayList<>();
        texts.forEach(text -> values.add(Value.of(text)));
        return new Sequence(values);
    }
}
