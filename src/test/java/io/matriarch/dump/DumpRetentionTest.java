package io.matriarch.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the rules and the dumps are, what a rule keeps stays, and so do the newest ones. */
class DumpRetentionTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    /** Of each dump: hours since the one before, and whether it's complete. */
    record Step(int hours, boolean complete) {}

    /** The dumps of a cluster, which of them are complete, and the rule. */
    record Situation(List<DumpDescription> dumps, Set<String> complete, DumpRetention rule) {
        List<DumpDescription> kept() {
            Set<String> kept = rule.kept(dumps, complete, NOW);
            return dumps.stream().filter(dump -> kept.contains(dump.label())).toList();
        }

        List<DumpDescription> completeOnes() {
            return dumps.stream()
                    .filter(dump -> complete.contains(dump.label()))
                    .toList();
        }

        boolean isYoung(DumpDescription dump) {
            return rule.age().isPresent()
                    && !dump.stopped().isBefore(NOW.minus(rule.age().get()));
        }
    }

    @Provide
    Arbitrary<Situation> situations() {
        Arbitrary<Step> step = Combinators.combine(
                        Arbitraries.integers().between(1, 60), Arbitraries.of(true, true, false))
                .as(Step::new);
        Arbitrary<Optional<Integer>> number =
                Arbitraries.integers().between(1, 8).optional();
        return Combinators.combine(step.list().ofMaxSize(14), number, number)
                .as((steps, count, days) -> situation(steps, new DumpRetention(count, days.map(Duration::ofDays))));
    }

    private static Situation situation(List<Step> steps, DumpRetention rule) {
        Instant time =
                NOW.minus(Duration.ofHours(steps.stream().mapToInt(Step::hours).sum()));
        List<DumpDescription> dumps = new ArrayList<>();
        Set<String> complete = new HashSet<>();
        for (Step step : steps) {
            time = time.plus(Duration.ofHours(step.hours()));
            String label = "d" + dumps.size();
            dumps.add(Examples.dump(label, time));
            if (step.complete()) {
                complete.add(label);
            }
        }
        return new Situation(dumps, complete, rule);
    }

    @Property
    void theNewestOnesAlwaysStay(@ForAll("situations") Situation situation) {
        if (!situation.dumps().isEmpty()) {
            assertThat(situation.kept()).contains(situation.dumps().getLast());
        }
        if (!situation.completeOnes().isEmpty()) {
            assertThat(situation.kept()).contains(situation.completeOnes().getLast());
        }
    }

    @Property
    void countAndAgeAreKept(@ForAll("situations") Situation situation) {
        List<DumpDescription> complete = situation.completeOnes();
        int count = situation.rule().count().orElse(0);
        assertThat(situation.kept())
                .containsAll(complete.subList(Math.max(0, complete.size() - count), complete.size()))
                .containsAll(
                        situation.dumps().stream().filter(situation::isYoung).toList());
    }

    @Property
    void aRuleRemovesWhatNothingKeeps(@ForAll("situations") Situation situation) {
        DumpRetention rule = situation.rule();
        if (rule.count().isEmpty() && rule.age().isEmpty()) {
            assertThat(situation.kept()).isEqualTo(situation.dumps());
            return;
        }
        long others = situation.kept().stream()
                .filter(dump -> situation.complete().contains(dump.label()))
                .filter(dump -> !situation.isYoung(dump))
                .count();
        // the newest complete one, when nothing is counted
        assertThat(others).isLessThanOrEqualTo(Math.max(1, rule.count().orElse(0)));
    }
}
