package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;

/**
 * Steps that follow from each other on one pair of {@link Twins}, in a thread of their own, each of them reported as a test. A difference doesn't keep it from going on; after
 * a step that couldn't be done the others aren't tried.
 */
final class Course {
    private static final int MINUTES = 6;

    private final String name;
    private final Comparison comparison;
    private final List<Step> steps = new ArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** {@code differences}: those that weren't known, once it is done. */
    private record Step(String name, Runnable action, CompletableFuture<List<Difference>> differences) {}

    Course(String name, Comparison comparison) {
        this.name = name;
        this.comparison = comparison;
    }

    Course then(String step, Runnable action) {
        steps.add(new Step(step, action, new CompletableFuture<>()));
        return this;
    }

    /** Starts, and gives the tests that wait for the steps. */
    DynamicContainer start() {
        Thread.ofPlatform().daemon().name(name).start(this::run);
        return DynamicContainer.dynamicContainer(
                name,
                steps.stream()
                        .map(step -> DynamicTest.dynamicTest(name + ": " + step.name(), () -> expectNoDifference(step)))
                        .toList());
    }

    private void run() {
        try {
            boolean possible = true;
            for (Step step : steps) {
                possible = possible && couldBeDone(step);
            }
        } finally {
            close();
        }
    }

    private void close() {
        try {
            comparison.close();
            if (isComplete()) {
                comparison.twins().delete();
            }
        } finally {
            ended.complete(null);
        }
    }

    private boolean isComplete() {
        return steps.stream().noneMatch(step -> step.differences().isCompletedExceptionally());
    }

    private boolean couldBeDone(Step step) {
        try {
            step.action().run();
            step.differences().complete(comparison.takeUnknown());
            return true;
        } catch (RuntimeException | Error trouble) {
            step.differences().completeExceptionally(trouble);
            IllegalStateException untried =
                    new IllegalStateException("not tried, as this couldn't be done: " + step.name());
            steps.forEach(later -> later.differences().completeExceptionally(untried));
            System.out.println(
                    name + ", " + step.name() + ": " + comparison.twins().tails());
            return false;
        }
    }

    private void expectNoDifference(Step step) throws Exception {
        List<Difference> unknown = step.differences().get(MINUTES, TimeUnit.MINUTES);
        if (!unknown.isEmpty() && Boolean.getBoolean("matriarch.write")) {
            unknown.forEach(System.out::println);
            return;
        }
        assertThat(unknown.stream().map(Difference::toString).collect(Collectors.joining("\n")))
                .as(step.name() + ": differences from Patroni that " + ReviewedDifferences.FILE + " doesn't name")
                .isEmpty();
    }

    /** Waits until its servers have ended, and tells whether all could be done; otherwise their logs are kept. */
    boolean awaitEnd() throws Exception {
        ended.get(MINUTES, TimeUnit.MINUTES);
        return isComplete();
    }
}
