package io.matriarch.it;

import io.matriarch.it.AgentProgram.Program;
import io.matriarch.it.Twins.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Compares what {@link Twins} answer, and what both patronictl print, against the reviewed list of differences. */
final class Comparison implements AutoCloseable {
    private static final int SETTLING_SECONDS = 12;

    private final ReviewedDifferences reviewed;
    private final Twins twins;
    private final Balancer balancer;
    private final List<Difference> unknown = new ArrayList<>();

    Comparison(Ports ports, ReviewedDifferences reviewed) {
        this.reviewed = reviewed;
        this.twins = new Twins(ports);
        this.balancer = new Balancer(twins, ports.next());
    }

    void start() {
        twins.start();
        balancer.start();
    }

    Twins twins() {
        return twins;
    }

    /** The REST answers of all nodes, and what they come to for HAProxy; as both settle, a moment may pass until they are alike. */
    void look(String state) {
        settled(() -> {
            Pair<List<RestPicture>> pictures = twins.ofBoth(RestPicture::of);
            List<Difference> found = new ArrayList<>();
            for (int node = 0; node < 2; node++) {
                found.addAll(RestPicture.differences(
                        state + ", node" + (node + 1),
                        pictures.patronis().get(node),
                        pictures.matriarchs().get(node)));
            }
            return found;
        });
        settled(() -> {
            Pair<Map<String, String>> verdicts = twins.ofBoth(balancer::verdicts);
            // a check that Patroni didn't answer in time, on a busy machine, says nothing about what it would have said
            Map<String, String> answered = new TreeMap<>(verdicts.patronis());
            answered.values().removeIf(verdict -> verdict.endsWith(" 0"));
            Map<String, String> ours = new TreeMap<>(verdicts.matriarchs());
            ours.keySet().removeIf(check -> verdicts.patronis().containsKey(check) && !answered.containsKey(check));
            return Difference.between(state, "HAProxy", answered, ours);
        });
    }

    /** The answers to requests that have to be refused, or that ask for nothing. */
    void refusals(String state, List<String> requests) {
        Pair<RestPicture> answers = twins.ofBoth(twin -> RestPicture.ofRefusals(twin.second(), requests));
        note(RestPicture.differences(state + ", node2", answers.patronis(), answers.matriarchs()));
    }

    /** What shows something, by both patronictl on Matriarch's nodes: the same bytes, but for the time that is printed. And by Matriarch's on Patroni's nodes. */
    void reading(String state, String... arguments) {
        String what = "patronictl " + String.join(" ", arguments);
        settled(() -> {
            Pair<ServerProcess.Ended> here = Twins.together(
                    () -> ctl(twins.matriarch(), debians(), "", arguments),
                    () -> ctl(twins.matriarch(), ours(), "", arguments));
            return Difference.betweenLines(
                    state,
                    what,
                    lines(here.patronis(), CtlOutput::ofOneCluster),
                    lines(here.matriarchs(), CtlOutput::ofOneCluster));
        });
    }

    /** The same of several, written as on a command line. */
    void readings(String state, String... commands) {
        for (String command : commands) {
            reading(state, command.split(" ", -1));
        }
    }

    /** Until it is so of both clusters. */
    void await(String what, Predicate<Twin> condition) {
        twins().both(twin -> twin.await(what, () -> condition.test(twin)));
    }

    /** {@link #changing} without an answer to any question. */
    void change(String state, String... arguments) {
        changing(state, "", arguments);
    }

    /** What changes something, by Debian's patronictl on Matriarch's nodes and by Matriarch's on Patroni's. */
    void changing(String state, String input, String... arguments) {
        String what = "patronictl " + String.join(" ", arguments);
        Pair<ServerProcess.Ended> both = Twins.together(
                () -> ctl(twins.matriarch(), debians(), input, arguments),
                () -> ctl(twins.patroni(), ours(), input, arguments));
        note(Difference.betweenLines(
                state,
                what,
                lines(both.patronis(), CtlOutput::ofTwoClusters),
                lines(both.matriarchs(), CtlOutput::ofTwoClusters)));
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

    private static List<String> lines(ServerProcess.Ended ended, UnaryOperator<List<String>> comparable) {
        List<String> lines = new ArrayList<>();
        lines.add("exit code " + ended.code());
        lines.addAll(comparable.apply(Likeness.of(ended.output()).lines().toList()));
        return lines;
    }

    private void settled(Supplier<List<Difference>> look) {
        List<Difference> found = look.get();
        long deadline = System.nanoTime() + SETTLING_SECONDS * 1_000_000_000L;
        while (!reviewed.unknown(found).isEmpty() && System.nanoTime() < deadline) {
            PartitionedCluster.pause(500);
            found = look.get();
        }
        note(found);
    }

    private void note(List<Difference> found) {
        reviewed.note(found);
        unknown.addAll(reviewed.unknown(found));
    }

    /** The differences since the last time that no row names. */
    List<Difference> takeUnknown() {
        List<Difference> taken = List.copyOf(unknown);
        unknown.clear();
        return taken;
    }

    @Override
    public void close() {
        balancer.close();
        twins.close();
    }
}
