package io.matriarch.drill;

import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a drill has shown.
 *
 * @param label of the base backup; absent when none was found, or there are only dumps
 * @param rto from the beginning of the restore to the first answer
 * @param rpo what the newest moments would lose
 * @param trouble what went wrong outside of the steps
 */
record Report(
        Optional<String> label,
        Instant started,
        Duration took,
        Optional<Duration> rto,
        Optional<Duration> rpo,
        Optional<Reached> reached,
        List<StepResult> steps,
        List<String> trouble) {
    Report {
        steps = List.copyOf(steps);
        trouble = List.copyOf(trouble);
    }

    /** Of a drill that never began. */
    static Report impossible(Instant started, String reason) {
        return new Report(
                Optional.empty(),
                started,
                Duration.between(started, Instant.now()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(reason));
    }

    boolean ok() {
        return problems().isEmpty();
    }

    /** All that is wrong, one line each. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        steps.stream()
                .filter(step -> !step.ok())
                .forEach(
                        step -> problems.add(step.name() + ": " + step.outcome().words()));
        problems.addAll(trouble);
        return problems;
    }

    /** The last line for a person. */
    String summary() {
        return String.format(
                Locale.ROOT,
                "%s: the drill of %s; RPO %s, RTO %s",
                ok() ? "passed" : "FAILED",
                label.orElse(steps.isEmpty() ? "no backup" : "dumps only"),
                rpo.map(Report::seconds).orElse("not measured"),
                rto.map(Report::seconds).orElse("not measured"));
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", Seconds.of(duration));
    }

    /** In one line. */
    String json() {
        Value none = new Value.Null();
        return Json.spaced(Mapping.empty()
                .with("job", "drill")
                .with("ok", ok())
                .with("label", label.<Value>map(Value::of).orElse(none))
                .with("started", started.toString())
                .with("seconds", Seconds.json(took))
                .with("rto_seconds", rto.map(Seconds::json).orElse(none))
                .with("rpo_seconds", rpo.map(Seconds::json).orElse(none))
                .with(
                        "reached_lsn",
                        reached.<Value>map(end -> Value.of(end.lsn().toString()))
                                .orElse(none))
                .with(
                        "reached_time",
                        reached.flatMap(Reached::time)
                                .<Value>map(time -> Value.of(time.toString()))
                                .orElse(none))
                .with(
                        "timeline",
                        reached.<Value>map(end -> Value.of(end.timeline())).orElse(none))
                .with(
                        "steps",
                        new Sequence(
                                List.copyOf(steps.stream().map(StepResult::json).toList())))
                .with("problems", Value.texts(problems())));
    }
}
