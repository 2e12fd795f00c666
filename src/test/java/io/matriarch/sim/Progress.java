package io.matriarch.sim;

import io.matriarch.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Tells who waits for many simulated lives how far they are: plain lines, one every ten seconds at most, one for each violation, and one at the end. */
final class Progress {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMinutes(2);

    private final int seeds;
    private final Ticker ticker;
    private final Consumer<String> output;
    private final List<AssertionError> violations = new ArrayList<>();
    private final long began;
    private long told;
    private int done;

    Progress(int seeds, Ticker ticker, Consumer<String> output) {
        this.seeds = seeds;
        this.ticker = ticker;
        this.output = output;
        this.began = ticker.nanos();
        this.told = began;
    }

    /** An invariant was violated in the life that is done next. */
    void violated(AssertionError violation) {
        violations.add(violation);
        // the state of the cluster follows, which is for the report of the test
        output.accept("violation: "
                + String.join("; ", violation.getMessage().lines().limit(2).toList()));
    }

    /** One more life is over. */
    void done() {
        done++;
        long now = ticker.nanos();
        if (done < seeds && now - told >= BETWEEN_LINES.toNanos()) {
            told = now;
            Duration left = Duration.ofNanos((long) ((double) (now - began) / done * (seeds - done)));
            output.accept("%d of %d seeds done, %s, about %s left".formatted(done, seeds, counted(), text(left)));
        }
    }

    /** The last line. */
    void end(String more) {
        output.accept("%d of %d seeds done in %s, %s; %s"
                .formatted(done, seeds, text(Duration.ofNanos(ticker.nanos() - began)), counted(), more));
    }

    List<AssertionError> violations() {
        return List.copyOf(violations);
    }

    private String counted() {
        return violations.size() == 1 ? "1 violation" : violations.size() + " violations";
    }

    private static String text(Duration duration) {
        return duration.compareTo(SHORT) < 0 ? duration.toSeconds() + " s" : duration.toMinutes() + " min";
    }
}
