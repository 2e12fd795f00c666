package io.matriarch.archive.backup;

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

/** Whatever the rules and the backups are, nothing goes that something kept needs. */
class RetentionTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    /** The backups of a cluster, of a day each at most; which of them can be restored; and the rule. */
    record Situation(List<BackupDescription> backups, Set<String> good, RetentionRule rule) {
        Retention decision() {
            return Retention.decide(rule, NOW, backups, good, Set.of());
        }

        List<BackupDescription> kept() {
            Retention decision = decision();
            return backups.stream().filter(decision::keeps).toList();
        }

        BackupDescription find(String label) {
            return backups.stream()
                    .filter(backup -> backup.label().equals(label))
                    .findFirst()
                    .orElseThrow();
        }

        boolean isGood(BackupDescription backup) {
            return good.contains(backup.label());
        }
    }

    /** Of each backup: hours since the one before, whether it's incremental, whether it can be restored. */
    record Step(int hours, boolean incremental, boolean good) {}

    @Provide
    Arbitrary<Situation> situations() {
        Arbitrary<Step> step = Combinators.combine(
                        Arbitraries.integers().between(1, 60),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, true, true, false))
                .as(Step::new);
        Arbitrary<Optional<Integer>> number =
                Arbitraries.integers().between(1, 8).optional();
        return Combinators.combine(step.list().ofMaxSize(14), number, number, number)
                .as((steps, count, days, walDays) -> new Situation(
                        backups(steps),
                        good(steps),
                        new RetentionRule(count, days.map(Duration::ofDays), walDays.map(Duration::ofDays))));
    }

    @Property
    void theNewestOnesAlwaysStay(@ForAll("situations") Situation situation) {
        List<BackupDescription> kept = situation.kept();
        if (!situation.backups().isEmpty()) {
            assertThat(kept).contains(situation.backups().getLast());
        }
        situation.backups().stream()
                .filter(situation::isGood)
                .reduce((_, last) -> last)
                .ifPresent(newest -> assertThat(kept).contains(newest));
    }

    @Property
    void parentsOfTheKeptStay(@ForAll("situations") Situation situation) {
        List<BackupDescription> kept = situation.kept();
        for (BackupDescription backup : kept) {
            backup.parent().ifPresent(parent -> assertThat(kept).contains(situation.find(parent)));
        }
    }

    @Property
    void countAndAgeAreKept(@ForAll("situations") Situation situation) {
        List<BackupDescription> good =
                situation.backups().stream().filter(situation::isGood).toList();
        List<BackupDescription> kept = situation.kept();
        situation
                .rule()
                .count()
                .ifPresent(count ->
                        assertThat(kept).containsAll(good.subList(Math.max(0, good.size() - count), good.size())));
        situation
                .rule()
                .age()
                .ifPresent(age -> assertThat(kept)
                        .containsAll(situation.backups().stream()
                                .filter(backup -> !backup.stopped().isBefore(NOW.minus(age)))
                                .toList()));
    }

    @Property
    void aRuleRemovesWhatNothingKeeps(@ForAll("situations") Situation situation) {
        RetentionRule rule = situation.rule();
        if (rule.count().isEmpty() && rule.age().isEmpty()) {
            assertThat(situation.kept()).isEqualTo(situation.backups());
            return;
        }
        Retention decision = situation.decision();
        long chains = situation.kept().stream()
                .filter(backup ->
                        !decision.reasons().getOrDefault(backup.label(), "").endsWith("builds upon it"))
                .filter(situation::isGood)
                .filter(backup -> rule.age()
                        .filter(age -> !backup.stopped().isBefore(NOW.minus(age)))
                        .isEmpty())
                .count();
        // beside the counted ones: the newest, and the base of the window
        assertThat(chains).isLessThanOrEqualTo(rule.count().orElse(0) + 2);
    }

    @Property
    void theWalOfTheKeptStays(@ForAll("situations") Situation situation) {
        Retention decision = situation.decision();
        for (BackupDescription backup : situation.kept()) {
            assertThat(backup.wal().segments())
                    .allMatch(segment -> decision.keepsWal(segment, Backups.SEGMENT), "is kept");
        }
    }

    /** From the base of the window on every segment stays, so that each moment of it can be reached. */
    @Property
    void theWindowCanBeRestoredTo(@ForAll("situations") Situation situation) {
        Retention decision = situation.decision();
        List<BackupDescription> kept = situation.kept();
        if (kept.isEmpty()) {
            return;
        }
        Optional<BackupDescription> base = situation
                .rule()
                .walAge()
                .flatMap(age -> situation.backups().stream()
                        .filter(situation::isGood)
                        .filter(backup -> !backup.stopped().isAfter(NOW.minus(age)))
                        .reduce((_, last) -> last));
        BackupDescription from = base.orElse(kept.getFirst());
        assertThat(kept).contains(from);
        long first = from.wal().firstSegment();
        for (long number = first; number < first + 2_000; number++) {
            assertThat(decision.keepsWal(Backups.segment(1, number), Backups.SEGMENT))
                    .as("segment %d", number)
                    .isTrue();
        }
        if (first > 0 && from.equals(kept.getFirst())) {
            assertThat(decision.keepsWal(Backups.segment(1, first - 1), Backups.SEGMENT))
                    .as("the segment before the oldest kept backup")
                    .isFalse();
        }
    }

    private static List<BackupDescription> backups(List<Step> steps) {
        Instant time =
                NOW.minus(Duration.ofHours(steps.stream().mapToInt(Step::hours).sum()));
        List<BackupDescription> backups = new ArrayList<>();
        for (int index = 0; index < steps.size(); index++) {
            time = time.plus(Duration.ofHours(steps.get(index).hours()));
            Optional<String> parent =
                    steps.get(index).incremental() && index > 0 ? Optional.of("b" + (index - 1)) : Optional.empty();
            backups.add(Backups.backup("b" + index, parent, time, 1, 10L * index + 1, 10L * index + 2));
        }
        return backups;
    }

    /** A backup whose parent can't be restored can't either. */
    private static Set<String> good(List<Step> steps) {
        Set<String> good = new HashSet<>();
        for (int index = 0; index < steps.size(); index++) {
            boolean parent = !steps.get(index).incremental() || index == 0 || good.contains("b" + (index - 1));
            if (steps.get(index).good() && parent) {
                good.add("b" + index);
            }
        }
        return good;
    }
}
