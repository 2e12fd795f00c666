package io.matriarch.cli;

import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Repeats a command until it is interrupted. */
final class Watch {
    private static final double USUAL_SECONDS = 2;

    @Option(names = "-W", description = "Auto update the screen every 2 seconds")
    private boolean everyTwoSeconds;

    @Option(
            names = {"-w", "--watch"},
            paramLabel = "FLOAT",
            description = "Auto update the screen every X seconds")
    private Optional<Double> seconds = Optional.empty();

    /** Runs {@code look} once, or again and again at an even pace. */
    void repeat(CtlSession session, boolean clear, Runnable look) {
        double interval = seconds.filter(given -> given > 0).orElse(everyTwoSeconds ? USUAL_SECONDS : 0);
        while (true) {
            if (clear && interval > 0) {
                session.terminal().clear();
            }
            long started = System.nanoTime();
            look.run();
            if (interval <= 0) {
                return;
            }
            long taken = System.nanoTime() - started;
            session.sleep(Duration.ofNanos(Math.max(0, (long) (interval * 1e9) - taken)));
        }
    }
}
