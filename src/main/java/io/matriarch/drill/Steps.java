package io.matriarch.drill;

import io.matriarch.archive.ArchiveException;
import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Tries one step after the other, and tells each as soon as it has ended. */
final class Steps {
    private final Consumer<StepResult> listener;
    private final List<StepResult> results = new ArrayList<>();

    Steps(Consumer<StepResult> listener) {
        this.listener = listener;
    }

    /** What is tried. */
    interface Step {
        /** An exception is a failure, too. */
        Outcome run() throws ArchiveException, IOException;
    }

    /** Whether it passed. */
    boolean passes(String name, Step step) {
        long begun = System.nanoTime();
        Outcome outcome = outcome(step);
        StepResult result = new StepResult(name, outcome, Duration.ofNanos(System.nanoTime() - begun));
        results.add(result);
        listener.accept(result);
        return outcome.ok();
    }

    private static Outcome outcome(Step step) {
        try {
            return step.run();
        } catch (ArchiveException e) {
            return Outcome.failed(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return Outcome.failed(FileProblem.whereAndWhy(e));
        }
    }

    List<StepResult> results() {
        return List.copyOf(results);
    }

    /** How long the last one took. */
    Duration last() {
        return results.getLast().took();
    }
}
