package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.Role;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.SynchronousStandbyNames;
import io.matriarch.ha.Action.DeleteSync;
import io.matriarch.ha.Action.PutSync;
import io.matriarch.ha.Action.ReleaseLeaderLock;
import io.matriarch.ha.Action.SetStandbyNames;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/** Synchronous replication, on the node that holds the lock and on the standby that leaves (reference 5.19). */
final class SyncRows {
    private static final Duration SOON = Duration.ofSeconds(1);
    /** Each step is small; more than these in one cycle means that they have no effect. */
    private static final int MOST_STEPS = 8;

    private final SyncPlan.Planner standbys;
    private final SyncPlan.Planner quorum;

    SyncRows(SyncPlan.Planner standbys, SyncPlan.Planner quorum) {
        this.standbys = standbys;
        this.quorum = quorum;
    }

    /** Before a standby that holds the lock is promoted: nobody else's commits may count any more, and its own must wait for whom they have to. */
    static List<Row> beforePromotion() {
        return List.of(
                row(
                        "sync-not-elected",
                        "a standby holds the lock, but the sync key as it is now doesn't allow it to lead",
                        "release the lock",
                        s -> promotes(s) && SyncElection.forbidsPromotion(s) && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(
                                new ReleaseLeaderLock(Optional.empty()),
                                "not promoting because synchronous replication state was updated by somebody else")),
                row(
                        "sync-not-elected-wait",
                        "the same, and the lock could not be released",
                        "promote nothing",
                        s -> promotes(s) && SyncElection.forbidsPromotion(s),
                        SyncRows::postpone),
                row(
                        "sync-prepare-names",
                        "a standby holds the lock, and its commits would wait for others than they must",
                        "set synchronous_standby_names",
                        s -> promotes(s)
                                && !SyncSituation.namesInEffect(s).sameAs(inheritedNames(s))
                                && !s.tried(SetStandbyNames.class),
                        s -> set(s, inheritedNames(s))),
                row(
                        "sync-prepare-wait",
                        "PostgreSQL has not taken them over",
                        "promote nothing",
                        s -> promotes(s) && !SyncSituation.namesInEffect(s).sameAs(inheritedNames(s)),
                        SyncRows::postpone),
                row(
                        "sync-prepare-key",
                        "PostgreSQL is prepared",
                        "put this node into the sync key, if it is as it was seen",
                        s -> promotes(s) && !s.tried(PutSync.class),
                        s -> s.act(new PutSync(inheritedKey(s)))),
                row(
                        "sync-postpone",
                        "the sync key was changed, or the DCS didn't answer",
                        "promote nothing",
                        s -> promotes(s) && !s.succeeded(PutSync.class),
                        SyncRows::postpone));
    }

    private static boolean promotes(Situation s) {
        return s.config().synchronous() && s.standby() && s.server().role() != Role.PROMOTED;
    }

    private static Decision postpone(Situation s) {
        return s.idle("Postponing promotion because synchronous replication state was updated by somebody else", SOON);
    }

    private static Set<String> electorate(Situation s) {
        return SyncSituation.facts(s).electorate();
    }

    private static boolean inherits(Situation s) {
        return s.config().quorumCommit()
                || (s.config().synchronousModeStrict() && s.view().sync().quorum() == 0);
    }

    private static SynchronousStandbyNames inheritedNames(Situation s) {
        int quorum = s.view().sync().quorum();
        SynchronousStandbyNames names = !inherits(s)
                ? SynchronousStandbyNames.OFF
                : s.config().quorumCommit()
                        ? QuorumPlanner.inherited(electorate(s), quorum)
                        : SynchronousStandbyNames.all(electorate(s));
        boolean nobody = names.method() == SynchronousStandbyNames.Method.OFF;
        return nobody && s.config().synchronousModeStrict() ? SynchronousStandbyNames.first(1, Set.of()) : names;
    }

    private static SyncState inheritedKey(Situation s) {
        SyncState key = s.view().sync();
        return inherits(s)
                ? new SyncState(Optional.of(s.self()), key.quorum(), List.copyOf(electorate(s)), key.revision())
                : new SyncState(Optional.of(s.self()), 0, List.of(), key.revision());
    }

    /** On a primary that holds the lock. */
    List<Row> maintaining(String prefix, Predicate<Situation> applies) {
        Predicate<Situation> primary = applies.and(s -> s.accepting() && !s.standby());
        Predicate<Situation> on = primary.and(s -> s.config().synchronous());
        Predicate<Situation> off = primary.and(s -> !s.config().synchronous());
        return List.of(
                row(
                        prefix + "-sync-off-key",
                        "replication is not synchronous any more",
                        "delete the sync key",
                        off.and(s -> !s.view().sync().isEmpty() && !s.tried(DeleteSync.class)),
                        s -> s.act(new DeleteSync(s.view().sync().revision()))),
                row(
                        prefix + "-sync-off-names",
                        "and synchronous_standby_names is not the user's",
                        "let the user's value take effect",
                        off.and(s -> s.view().sync().isEmpty()
                                && s.memory().sync().namesManaged()
                                && !s.tried(SetStandbyNames.class)),
                        s -> s.remembering(s.memory().withSync(s.memory().sync().withNamesManaged(false)))
                                .act(new SetStandbyNames(Optional.empty()))),
                row(
                        prefix + "-sync-step",
                        "replication is not as synchronous as it can be, or more than it should be",
                        "take the next step: the sync key or synchronous_standby_names, in the order that loses no"
                                + " commit",
                        on.and(s -> mayGoOn(s) && plan(s).step().isPresent()),
                        this::step));
    }

    /** The same, when nothing else is to be done. */
    Row waiting(String prefix, Predicate<Situation> applies) {
        return row(
                prefix + "-sync-wait",
                "a standby has to catch up or connect first, or a step failed",
                "look again soon",
                applies.and(s -> s.accepting() && !s.standby() && s.config().synchronous() && !plan(s).settled()),
                s -> s.idle(s.operating() ? OperationRows.inProgress(s) : LeaderRows.noAction(s), SOON));
    }

    private SyncPlan plan(Situation s) {
        return (s.config().quorumCommit() ? quorum : standbys).next(SyncSituation.facts(s));
    }

    private static boolean mayGoOn(Situation s) {
        long steps = s.seen().outcomes().stream()
                .filter(outcome -> outcome.action() instanceof PutSync || outcome.action() instanceof SetStandbyNames)
                .count();
        return steps < MOST_STEPS && !failed(s, PutSync.class) && !failed(s, SetStandbyNames.class);
    }

    private static boolean failed(Situation s, Class<? extends Action> kind) {
        return s.tried(kind) && !s.succeeded(kind);
    }

    private Decision step(Situation s) {
        return switch (plan(s).step().orElseThrow()) {
            case SyncPlan.WriteKey(SyncState key) -> s.act(new PutSync(key));
            case SyncPlan.SetNames(SynchronousStandbyNames names) ->
                s.memory().sync().keyVerified()
                        ? set(s, names)
                        : s.act(new PutSync(s.view().sync()));
        };
    }

    private static Decision set(Situation s, SynchronousStandbyNames names) {
        return s.remembering(s.memory().withSync(s.memory().sync().withNamesManaged(true)))
                .act(new SetStandbyNames(Optional.of(names)));
    }

    /** A standby that commits wait for is about to go: the leader shall do without it before. */
    static Row leaving(String prefix, Predicate<Situation> aboutToGo) {
        return row(
                prefix + "-leave-sync",
                "commits wait for this standby, which is about to stop",
                "publish nosync, and wait a while until the leader does without it",
                aboutToGo.and(SyncRows::isNeeded),
                s -> {
                    OptionalLong since = s.memory().sync().leavingSince();
                    long began = since.orElse(s.seen().now());
                    return s.remembering(
                                    s.memory().withSync(s.memory().sync().withLeavingSince(OptionalLong.of(began))))
                            .idle("waiting to be released from synchronous replication", SOON);
                });
    }

    private static boolean isNeeded(Situation s) {
        OptionalLong since = s.memory().sync().leavingSince();
        long patience = s.config().loopWait().multipliedBy(2).toNanos();
        return SyncSituation.active(s)
                && s.standby()
                && s.anotherLeads()
                && s.view().sync().names(s.self())
                && (since.isEmpty() || s.seen().now() - since.getAsLong() < patience);
    }
}
