package io.matriarch.drill;

import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.Locale;

/** A step that was tried. */
record StepResult(String name, Outcome outcome, Duration took) {
    boolean ok() {
        return outcome.ok();
    }

    /** For a person. */
    String line() {
        return String.format(
                        Locale.ROOT,
                        "%-6s  %-24s %8.1f s  %s",
                        ok() ? "ok" : "failed",
                        name,
                        Seconds.of(took),
                        outcome.words())
                .stripTrailing();
    }

    Mapping json() {
        Mapping json = Mapping.empty().with("name", name).with("ok", ok()).with("seconds", Seconds.json(took));
        return outcome.words().isEmpty() ? json : json.with("reason", outcome.words());
    }
}
