package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.it.AgentProgram.Program;
import io.matriarch.it.Twins.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Compares what {@link Twins} answer, and what both patronictl print, against the reviewed list of differences. */
final class Comparison implements AutoCloseable {
    private static final int SETTLING_SECONDS = Boolean.getBoolean("matriarch.write") ? 3 : 12;

    private final Twins twins = new Twins();
    private final ReviewedDifferences reviewed = new ReviewedDifferences();

    Twins twins() {
        return twins;
    }

    /** The REST answers of all nodes; as they settle, a moment may pass until they are alike. */
    void restAnswers(String state) {
        settled(() -> {
            Pair<RestPicture> first = twins.ofBoth(twin -> RestPicture.of(twin.first()));
            Pair<RestPicture> second = twins.ofBoth(twin -> RestPicture.of(twin.second()));
            List<Difference> found = new ArrayList<>();
            found.addAll(RestPicture.differences(state + ", node1", first.patronis(), first.matriarchs()));
            found.addAll(RestPicture.differences(state + ", node2", second.patronis(), second.matriarchs()));
            return found;
        });
    }

    /** The answers to requests that have to be refused, or that ask for nothing. */
    void refusals(String state, List<String> requests) {
        Pair<RestPicture> answers = twins.ofBoth(twin -> RestPicture.ofRefusals(twin.second(), requests));
        List<Difference> found = RestPicture.differences(state + ", node2", answers.patronis(), answers.matriarchs());
        reviewed.note(found);
        expect(reviewed.unknown(found));
    }

    /** What HAProxy's checks come to. */
    void verdicts(String state, Balancer balancer) {
        settled(() -> {
            Pair<Map<String, String>> verdicts = twins.ofBoth(balancer::verdicts);
            return Difference.between(state, "HAProxy", verdicts.patronis(), verdicts.matriarchs());
        });
    }

    /** What shows something, by both patronictl on Matriarch's nodes: the same bytes, but for the time that is printed. And by Matriarch's on Patroni's nodes. */
    void reading(String state, String... arguments) {
        String what = "patronictl " + String.join(" ", arguments);
        settled(() -> {
            Pair<ServerProcess.Ended> here = Twins.together(
                    () -> ctl(twins.matriarch(), debians(), "", arguments),
                    () -> ctl(twins.matriarch(), ours(), "", arguments));
            return differences(state, what, here);
        });
    }

    /** What changes something, by Debian's patronictl on Matriarch's nodes and by Matriarch's on Patroni's. */
    void changing(String state, String input, String... arguments) {
        String what = "patronictl " + String.join(" ", arguments);
        Pair<ServerProcess.Ended> both = Twins.together(
                () -> ctl(twins.matriarch(), debians(), input, arguments),
                () -> ctl(twins.patroni(), ours(), input, arguments));
        List<Difference> found = differences(state, what, both);
        reviewed.note(found);
        expect(reviewed.unknown(found));
    }

    private static ServerProcess.Ended ctl(Twin on, Program with, String input, String... arguments) {
        return on.ctl(with, input, List.of(arguments));
    }

    private Program debians() {
        return twins.patroni().program();
    }

    private Program ours() {
        return twins.matriarch().program();
    }

    private static List<Difference> differences(String state, String what, Pair<ServerProcess.Ended> printed) {
        return Difference.betweenLines(state, what, lines(printed.patronis()), lines(printed.matriarchs()));
    }

    private static List<String> lines(ServerProcess.Ended ended) {
        List<String> lines = new ArrayList<>();
        lines.add("exit code " + ended.code());
        lines.addAll(CtlOutput.lines(Likeness.of(ended.output())));
        return lines;
    }

    private void settled(Supplier<List<Difference>> look) {
        long deadline = System.nanoTime() + SETTLING_SECONDS * 1_000_000_000L;
        List<Difference> found = look.get();
        while (!reviewed.unknown(found).isEmpty() && System.nanoTime() < deadline) {
            PartitionedCluster.pause(500);
            found = look.get();
        }
        reviewed.note(found);
        expect(reviewed.unknown(found));
    }

    private static void expect(List<Difference> unknown) {
        if (!unknown.isEmpty() && Boolean.getBoolean("matriarch.write")) {
            unknown.forEach(System.out::println);
            return;
        }
        assertThat(unknown.stream().map(Difference::toString).collect(Collectors.joining("\n")))
                .as("differences from Patroni that " + ReviewedDifferences.FILE + " doesn't name")
                .isEmpty();
    }

    void nothingIsStale() {
        assertThat(reviewed.stale())
                .as("rows of " + ReviewedDifferences.FILE + " that aren't true any more")
                .isEmpty();
    }

    @Override
    public void close() {
        twins.close();
    }
}
