package io.matriarch.cluster;

import io.matriarch.time.IsoTime;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a scheduled job ended.
 *
 * @param member who did it, or noticed that nobody did
 * @param due when it should have begun
 * @param took zero when nobody did it
 * @param details what the command said of it, such as {@code label}; at most some kB
 * @param problems what a person has to know; empty when it was done
 */
public record JobReport(
        JobKind kind,
        String member,
        Instant due,
        Instant started,
        Duration took,
        Outcome outcome,
        Mapping details,
        List<String> problems) {
    private static final int MOST_PROBLEMS = 5;
    private static final int LONGEST_PROBLEM = 500;
    private static final int MILLIS = 3;
    private static final double MILLIS_A_SECOND = 1000.0;

    /** How it ended. */
    public enum Outcome {
        DONE,
        FAILED,
        /** Nobody could do it when it was due. */
        MISSED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Outcome> of(String word) {
            for (Outcome outcome : values()) {
                if (outcome.word().equals(word)) {
                    return Optional.of(outcome);
                }
            }
            return Optional.empty();
        }
    }

    public JobReport {
        problems = problems.stream()
                .limit(MOST_PROBLEMS)
                .map(problem ->
                        problem.length() > LONGEST_PROBLEM ? problem.substring(0, LONGEST_PROBLEM) + "..." : problem)
                .toList();
    }

    /** Nobody could do it; {@code member} noticed that {@code now}. */
    public static JobReport missed(JobKind kind, String member, Instant due, Instant now, String why) {
        return new JobReport(kind, member, due, now, Duration.ZERO, Outcome.MISSED, Mapping.empty(), List.of(why));
    }

    public boolean done() {
        return outcome == Outcome.DONE;
    }

    /** When it ended. */
    public Instant ended() {
        return started.plus(took);
    }

    /** As in the DCS and in REST. */
    public Mapping toJson() {
        Mapping json = Mapping.empty()
                .with("job", kind.word())
                .with("member", member)
                .with("due", text(due))
                .with("started", text(started))
                .with("seconds", new Value.Decimal(BigDecimal.valueOf(took.toMillis(), MILLIS)))
                .with("outcome", outcome.word());
        json = details.isEmpty() ? json : json.with("details", details);
        return problems.isEmpty() ? json : json.with("problems", Value.texts(problems));
    }

    /** Absent when that is no report. */
    static Optional<JobReport> of(Value value) {
        if (!(value instanceof Mapping json)) {
            return Optional.empty();
        }
        Optional<JobKind> kind = json.text("job").flatMap(JobKind::of);
        Optional<Outcome> outcome = json.text("outcome").flatMap(Outcome::of);
        Optional<Instant> due = json.text("due").flatMap(JobReport::instant);
        Optional<Instant> started = json.text("started").flatMap(JobReport::instant);
        if (kind.isEmpty() || outcome.isEmpty() || due.isEmpty() || started.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new JobReport(
                kind.get(),
                json.text("member").orElse(""),
                due.get(),
                started.get(),
                took(json),
                outcome.get(),
                json.mapping("details"),
                json.items("problems").stream()
                        .flatMap(problem -> problem.asText().stream())
                        .toList()));
    }

    private static Duration took(Mapping json) {
        return json.text("seconds")
                .filter(text -> text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?"))
                .map(text -> Duration.ofMillis(Math.round(Double.parseDouble(text) * MILLIS_A_SECOND)))
                .orElse(Duration.ZERO);
    }

    static String text(Instant moment) {
        return IsoTime.format(moment.atOffset(ZoneOffset.UTC));
    }

    static Optional<Instant> instant(String text) {
        return IsoTime.parse(text)
                .map(time -> time.local().toInstant(time.zone().orElse(ZoneOffset.UTC)));
    }
}
