package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.RejoinReport;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.Upstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What holds for every decision, whatever is seen. A failure names the seed of its cycle. */
final class DeciderPropertiesTest {
    private static final int CYCLES = 20_000;
    private static final int FEW_CYCLES = 4000;
    private static final int LONGEST_CYCLE = 40;
    private static final int ROUNDS = 4;
    /** Enough for whatever is in progress to end, and for what comes before a clone. */
    private static final int MANY_DECISIONS = 60;
    /** Rows that leave everything alone while maintenance mode lasts, and say so: something runs there that nobody else may know of. */
    private static final Set<String> MAINTENANCE =
            Set.of("follower-primary-paused", "empty-orphan-paused", "identity-foreign-paused");

    private final Decider decider = new Decider();

    /** One decision of a cycle, with what led to it. */
    private record Step(long seed, Observation seen, Decision decision) {
        Optional<Operation> begun() {
            return decision.action() instanceof Action.Begin(Operation operation)
                    ? Optional.of(operation)
                    : Optional.empty();
        }

        @Override
        public String toString() {
            return "seed " + seed + ": row " + decision.row() + ": " + decision.action() + " after " + seen.outcomes()
                    + "; " + seen.server();
        }
    }

    private List<Step> cycle(long seed) {
        RandomObservations random = new RandomObservations(seed);
        List<Step> steps = new ArrayList<>();
        Memory memory = Memory.INITIAL;
        long now = Duration.ofMinutes(5).toNanos();
        // what one cycle remembers, the next ones have
        for (int round = 0; round < ROUNDS; round++) {
            now += Duration.ofSeconds(random.oneOf(List.of(1, 5, 10, 200))).toNanos();
            Observation seen =
                    steps.isEmpty() || random.chance(0.4) ? random.next(now) : sequel(random, steps.getLast(), now);
            int before = steps.size();
            Decision decision;
            do {
                decision = decider.decide(seen, memory);
                steps.add(new Step(seed, seen, decision));
                assertThat(steps.size() - before)
                        .as("the length of the cycle of seed %s, at %s", seed, decision.row())
                        .isLessThan(LONGEST_CYCLE);
                memory = decision.memory();
                seen = after(random, seen, random.outcome(decision.action()));
            } while (!(decision.action() instanceof Action.Idle)
                    && !(decision.action() instanceof Action.Exit)
                    && !(decision.action() instanceof Action.Begin));
        }
        return steps;
    }

    /** What was begun has ended or goes on, and nothing else has changed. */
    private static Observation sequel(RandomObservations random, Step last, long now) {
        return last.begun()
                .map(operation -> random.later(last.seen(), operation, now))
                .orElseGet(() -> random.chance(0.5) ? random.again(last.seen(), now) : random.next(now));
    }

    private static ClusterView ledBy(ClusterView view, String member) {
        return new ClusterView(
                view.initialize(),
                view.config(),
                Optional.of(new Leader(member, 11, 21)),
                view.status(),
                view.members(),
                view.failover(),
                view.sync(),
                view.history(),
                view.failsafe());
    }

    /** The same, with one more thing done; a lock that was taken or renewed is held, and one that was asked for without an answer perhaps. */
    private static Observation after(RandomObservations random, Observation seen, Outcome outcome) {
        List<Outcome> outcomes = new ArrayList<>(seen.outcomes());
        outcomes.add(outcome);
        boolean locks = outcome.action() instanceof Action.AcquireLeaderLock
                || outcome.action() instanceof Action.RenewLeaderLock
                || outcome.action() instanceof Action.TakeLeaderLock;
        boolean asks =
                outcome.action() instanceof Action.AskFailsafe && outcome.result() instanceof Outcome.Result.Done;
        OptionalLong lease = !locks && !asks
                ? seen.leaseUntil()
                : switch (outcome.result()) {
                    case Outcome.Result.Done _ ->
                        OptionalLong.of(seen.now() + Duration.ofSeconds(29).toNanos());
                    case Outcome.Result.Refused _ -> OptionalLong.empty();
                    case Outcome.Result.Unavailable _ -> seen.leaseUntil();
                };
        return new Observation(
                seen.self(),
                seen.tags(),
                seen.beginnings(),
                seen.now(),
                seen.wallClock(),
                outcome.action() instanceof Action.AcquireLeaderLock
                                && outcome.result() instanceof Outcome.Result.Unavailable
                                && random.chance(0.5)
                        ? seen.cluster().map(view -> ledBy(view, seen.self()))
                        : seen.cluster(),
                seen.config(),
                lease,
                seen.server(),
                seen.peers(),
                outcomes,
                seen.watchdog(),
                outcome.action() instanceof Action.Begin ? Optional.empty() : seen.request(),
                seen.failsafe(),
                seen.ability());
    }

    @Test
    void noDirectoryIsReplacedWithoutProofOrOrder() {
        forEachStep(step -> step.begun().ifPresent(operation -> {
            if (operation instanceof Operation.Reinitialize again) {
                Situation s =
                        new Situation(step.seen().trusting(), step.decision().memory());
                boolean order = step.seen().request().isPresent()
                        || s.server().rejoin().removeDiverged()
                        || s.server().rejoin().removeAfterFailedRewind();
                assertThat(Divergences.leaderIsAsFar(s) || order).as("%s", step).isTrue();
                assertThat(!again.ordered() || order).as("%s", step).isTrue();
            }
        }));
    }

    @Test
    void whoHasToComeBackSaysAtWhichStepItIs() {
        forEachStep(step -> {
            boolean data = step.begun()
                    .filter(operation -> operation instanceof Operation.Rewind
                            || operation instanceof Operation.Reinitialize
                            || operation instanceof Operation.Clone)
                    .filter(_ -> step.decision().memory().bootstrap() == Memory.Bootstrap.NONE)
                    .isPresent();
            Optional<RejoinReport> report = RejoinPlanner.report(step.seen().trusting(), step.decision());
            if (data) {
                assertThat(report).as("%s", step).isPresent();
            }
            report.ifPresent(told -> {
                boolean done =
                        step.decision().line().isPresent() || step.begun().isPresent();
                if (done) {
                    assertThat(told.why()).as("%s", step).isNotEmpty();
                }
            });
        });
    }

    /** Nobody has been told to give it up. */
    private static boolean goesOnUndisturbed(Situation s, Step step) {
        return step.decision().action() instanceof Action.Exit
                || (step.decision().action() instanceof Action.Idle && !s.tried(Action.CancelOperation.class));
    }

    /** pg_basebackup, for instance, and what it has made so far; see also CopyingTest. */
    @Test
    @HardCase(61)
    void whoIsToldToEndGivesUpWhateverIsInProgressFirst() {
        forEachStep(FEW_CYCLES, step -> {
            Situation s = new Situation(step.seen().trusting(), step.decision().memory());
            boolean ending = s.seen()
                    .request()
                    .filter(Observation.Request.Shutdown.class::isInstance)
                    .isPresent();
            boolean cleaning = s.operating(Operation.Stop.class) || s.operating(Operation.DiscardFailedBootstrap.class);
            if (ending && s.operating() && !cleaning) {
                assertThat(goesOnUndisturbed(s, step)).as("%s", step).isFalse();
            }
        });
    }

    @Test
    @HardCase(109)
    void aForcedReinitializeWinsOverWhateverIsInProgress() {
        forEachStep(FEW_CYCLES, step -> {
            Situation s = new Situation(step.seen().trusting(), step.decision().memory());
            boolean forced = s.seen().request().orElse(new Observation.Request.Shutdown())
                            instanceof Observation.Request.Reinitialize asked
                    && asked.force();
            boolean clones = s.operating(Operation.Clone.class) || s.operating(Operation.Reinitialize.class);
            boolean possible =
                    s.dcsAnswers() && s.anotherLeads() && s.leaderUpstream().isPresent();
            if (forced && possible && !clones && step.decision().row().startsWith("operating")) {
                assertThat(goesOnUndisturbed(s, step)).as("%s", step).isFalse();
            }
        });
    }

    /** A person's order has a way out of every state: what is in progress ends, and then the data are replaced, or the agent says why not. */
    @Test
    void anOrderToCloneAgainIsCarriedOutWhateverTheStateIs() {
        int carriedOut = 0;
        for (long seed = 0; seed < FEW_CYCLES; seed++) {
            RandomObservations random = new RandomObservations(seed);
            long now = Duration.ofMinutes(5).toNanos();
            Observation seen = random.ordered(random.next(now));
            Situation s = new Situation(seen, Memory.INITIAL);
            boolean possible = s.anotherLeads() && s.leaderUpstream().isPresent();
            if (possible) {
                List<String> rows = new ArrayList<>();
                assertThat(isCarriedOut(random, seen, rows))
                        .as("seed %s: %s", seed, rows)
                        .isTrue();
                carriedOut++;
            }
        }
        assertThat(carriedOut).isGreaterThan(FEW_CYCLES / 10);
    }

    private boolean isCarriedOut(RandomObservations random, Observation first, List<String> rows) {
        Observation seen = first;
        Memory memory = Memory.INITIAL;
        for (int decisions = 0; decisions < MANY_DECISIONS; decisions++) {
            Decision decision = decider.decide(seen, memory);
            memory = decision.memory();
            rows.add(decision.row());
            if (memory.bootstrap() != Memory.Bootstrap.NONE) {
                return true; // which is finished or undone first
            }
            long later = seen.now() + Duration.ofSeconds(10).toNanos();
            switch (decision.action()) {
                case Action.Begin(Operation operation) -> {
                    if (operation instanceof Operation.Reinitialize || operation instanceof Operation.Clone) {
                        return true;
                    }
                    seen = random.ordered(random.ended(seen, operation, later));
                }
                case Action.Exit _ -> {
                    return decision.line().isPresent();
                }
                case Action.Idle _ -> {
                    if (MAINTENANCE.contains(decision.row())) {
                        return decision.line().isPresent();
                    }
                    seen = random.ordered(random.later(seen, later));
                }
                default -> seen = after(random, seen, random.outcome(decision.action()));
            }
        }
        return false;
    }

    private void forEachStep(java.util.function.Consumer<Step> property) {
        forEachStep(CYCLES, property);
    }

    private void forEachStep(int cycles, java.util.function.Consumer<Step> property) {
        for (long seed = 0; seed < cycles; seed++) {
            cycle(seed).forEach(property);
        }
    }

    @Test
    void everythingThatCanBeSeenHasARowAndEveryCycleEnds() {
        Set<String> unreached =
                new TransitionTable().rows().stream().map(Row::name).collect(Collectors.toCollection(TreeSet::new));
        for (long seed = 0; seed < 100 * CYCLES && (seed < 10 * CYCLES || !unreached.isEmpty()); seed++) {
            cycle(seed).forEach(step -> unreached.remove(step.decision().row()));
        }
        assertThat(unreached).as("rows that no observation reaches").isEmpty();
    }

    @Test
    void nobodyIsPromotedOrInitialisesAStandbyCluster() {
        forEachStep(4 * CYCLES, step -> {
            Observation seen = step.seen();
            if (seen.config().standbyCluster()) {
                assertThat(step.begun())
                        .as(step.toString())
                        .isNotEqualTo(Optional.of(new Operation.Promote()))
                        .isNotEqualTo(Optional.of(new Operation.Bootstrap()));
                assertThat(step.begun()
                                .filter(operation -> operation instanceof Operation.Start start
                                        && start.as() == Operation.Start.As.PRIMARY))
                        .as(step.toString())
                        .isEmpty();
            }
        });
    }

    @Test
    void nobodyBecomesPrimaryWithoutTheLock() {
        forEachStep(step -> {
            boolean becomesPrimary = step.begun()
                    .filter(operation -> operation instanceof Operation.Promote
                            || (operation instanceof Operation.Start start && start.as() == Operation.Start.As.PRIMARY))
                    .isPresent();
            if (becomesPrimary) {
                Observation seen = step.seen();
                boolean ours =
                        seen.cluster().filter(view -> view.leads(seen.self())).isPresent()
                                || seen.outcomes().stream()
                                        .anyMatch(outcome -> (outcome.action() instanceof Action.AcquireLeaderLock
                                                        || outcome.action() instanceof Action.TakeLeaderLock)
                                                && outcome.result() instanceof Outcome.Result.Done);
                assertThat(ours).as("the leader key is ours: %s", step).isTrue();
                assertThat(seen.leaseUntil())
                        .as("the lock is confirmed: %s", step)
                        .isPresent();
            }
        });
    }

    @Test
    void aSilentDcsTakesNothingOverAndCopiesNothing() {
        forEachStep(step -> {
            if (step.seen().cluster().isEmpty()) {
                assertThat(step.decision().action())
                        .as("%s", step)
                        .isNotInstanceOfAny(
                                Action.AcquireLeaderLock.class,
                                Action.TakeLeaderLock.class,
                                Action.CreateInitialize.class);
                step.begun()
                        .ifPresent(operation -> assertThat(operation)
                                .as("%s", step)
                                .isNotInstanceOfAny(
                                        Operation.Promote.class,
                                        Operation.Bootstrap.class,
                                        Operation.Clone.class,
                                        Operation.Reinitialize.class,
                                        Operation.Rewind.class));
            }
        });
    }

    @Test
    void dataIsOnlyReplacedByAnotherMembers() {
        forEachStep(step -> source(step).ifPresent(source -> {
            assertThat(source.member()).as("%s", step).isNotEqualTo(step.seen().self());
            ClusterView view = step.seen().trusting().cluster().orElseThrow();
            boolean remote = source.isRemote() && step.seen().config().standbyCluster();
            // a clone is made of an empty directory only, see Copying
            boolean restored = step.begun().orElseThrow() instanceof Operation.Clone
                    && source.isElsewhere()
                    && step.seen().beginnings().restore();
            assertThat(remote || restored || view.member(source.member()).isPresent())
                    .as("%s", step)
                    .isTrue();
        }));
    }

    private static Optional<Upstream> source(Step step) {
        return step.begun().flatMap(operation -> switch (operation) {
            case Operation.Clone clone -> Optional.of(clone.source());
            case Operation.Reinitialize again -> Optional.of(again.source());
            case Operation.Rewind rewind -> Optional.of(rewind.leader());
            case Operation.Bootstrap _,
                    Operation.DiscardFailedBootstrap _,
                    Operation.Start _,
                    Operation.Stop _,
                    Operation.Restart _,
                    Operation.Promote _,
                    Operation.Follow _,
                    Operation.CrashRecovery _,
                    Operation.CheckDivergence _,
                    Operation.CopyLogicalSlots _,
                    Operation.CheckpointAfterPromotion _ -> Optional.empty();
        });
    }

    @Test
    void slotsOfOthersAreNeverTouched() {
        forEachStep(step -> {
            if (step.decision().action() instanceof Action.SyncSlots plan) {
                for (SlotChange change : plan.changes()) {
                    assertThat(change.name()).as("%s", step).isNotEqualTo("ignored");
                    step.seen()
                            .server()
                            .reading()
                            .flatMap(reading -> reading.slot(change.name()))
                            .ifPresent(slot -> assertThat(slot.active() || (slot.failover() && slot.synced()))
                                    .as("in use: %s", step)
                                    .isFalse());
                }
            }
        });
    }

    @Test
    void inMaintenanceModeNothingIsStoppedPromotedOrReplacedUnasked() {
        forEachStep(step -> {
            Observation seen = step.seen();
            boolean unasked = seen.request().isEmpty()
                    && step.decision().memory().demotion().isEmpty()
                    && seen.cluster().flatMap(ClusterView::failover).isEmpty();
            boolean paused = seen.cluster()
                    .flatMap(ClusterView::config)
                    .orElse(seen.config())
                    .paused();
            if (paused && unasked) {
                step.begun()
                        .ifPresent(operation -> assertThat(operation)
                                .as("%s", step)
                                .isNotInstanceOfAny(
                                        Operation.Stop.class,
                                        Operation.Promote.class,
                                        Operation.Reinitialize.class,
                                        Operation.Rewind.class));
            }
        });
    }

    @Test
    void aPrimaryWhoseLockIsAnothersIsStopped() {
        forEachStep(step -> {
            Observation seen = step.seen();
            boolean othersLock = seen.cluster()
                    .flatMap(ClusterView::leader)
                    .filter(leader -> !leader.name().equals(seen.self()))
                    .isPresent();
            boolean idle = step.decision().action() instanceof Action.Idle;
            boolean paused = seen.cluster()
                    .flatMap(ClusterView::config)
                    .orElse(seen.config())
                    .paused();
            boolean primary =
                    seen.server().isPrimary() && seen.server().reading().isPresent();
            boolean bootstraps = step.decision().memory().bootstrap() != Memory.Bootstrap.NONE;
            boolean taken =
                    seen.outcomes().stream().anyMatch(outcome -> outcome.action() instanceof Action.TakeLeaderLock);
            if (othersLock
                    && primary
                    && !paused
                    && !bootstraps
                    && !taken
                    && seen.server().operation().isEmpty()) {
                assertThat(idle).as("goes on: %s", step).isFalse();
            }
        });
    }

    @Test
    void aPrimaryGoesOnWithoutTheDcsOnlyWithALeaseAndConsent() {
        forEachStep(step -> {
            Observation seen = step.seen();
            if (step.decision().action() instanceof Action.AskFailsafe) {
                assertThat(seen.leaseUntil()).as("%s", step).isPresent();
            }
            if (seen.cluster().isEmpty()
                    && seen.server().isPrimary()
                    && !seen.config().paused()
                    && seen.server().operation().isEmpty()
                    && seen.request().isEmpty()
                    && seen.leaseUntil().stream()
                            .noneMatch(until -> until - seen.now()
                                    > seen.config().timeToStop().toNanos())
                    && step.decision().action() instanceof Action.Idle) {
                assertThat(seen.outcomeOf(Action.AskFailsafe.class).filter(Outcome.Result.Done.class::isInstance))
                        .as("goes on: %s", step)
                        .isPresent();
            }
        });
    }
}
