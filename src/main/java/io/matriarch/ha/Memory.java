package io.matriarch.ha;

import io.matriarch.cluster.ClusterView;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the decision carries from one observation to the next.
 *
 * @param lastLedView the last view that had a leader: its members take part in the race though their keys may be gone
 * @param demotion why and how this node is stepping down, until it runs as a standby
 * @param bootstrap how far the bootstrap of a new cluster by this node is
 * @param divergence what is known of the local WAL compared to the leader's
 * @param crashRecoveryTried single-user crash recovery ran since the last successful start
 * @param startFailed the last start failed
 * @param promotionFailed the last promotion failed, pre_promote perhaps
 * @param retryAt something failed; don't try it again before this monotonic moment
 * @param operationSeen the last operation whose end was taken into account
 * @param notStreamingSince monotonic moment since which this standby runs without streaming
 * @param sync what concerns synchronous replication
 * @param slots of replication slots
 * @param rejoin of a node that has to come back
 * @param waits how long what is waited for lasts already
 */
public record Memory(
        Optional<ClusterView> lastLedView,
        Optional<Demotion> demotion,
        Bootstrap bootstrap,
        Divergence divergence,
        boolean crashRecoveryTried,
        boolean startFailed,
        boolean promotionFailed,
        OptionalLong retryAt,
        long operationSeen,
        OptionalLong notStreamingSince,
        SyncMemory sync,
        SlotMemory slots,
        RejoinMemory rejoin,
        WaitMemory waits) {

    public static final Memory INITIAL = new Memory(
            Optional.empty(),
            Optional.empty(),
            Bootstrap.NONE,
            Divergence.unknown(),
            false,
            false,
            false,
            OptionalLong.empty(),
            0,
            OptionalLong.empty(),
            SyncMemory.INITIAL,
            SlotMemory.NONE,
            RejoinMemory.NONE,
            WaitMemory.NONE);

    /** How far a bootstrap is. */
    public enum Bootstrap {
        /** Not by this node. */
        NONE,
        /** The race is won, the operation runs. */
        RUNNING,
        /** In a standby cluster: the remote primary's data are here. */
        CLONED,
        /** PostgreSQL is ready, the DCS doesn't know yet. */
        CREATED,
        /** It has to be undone. */
        FAILED,
        /** It has to be undone, and another node has initialised the cluster meanwhile. */
        OVERTAKEN
    }

    /**
     * A step down.
     *
     * @param candidate who is to take over, if somebody was named
     * @param since monotonic
     */
    public record Demotion(Kind kind, Optional<String> candidate, long since) {
        /** Reference 5.18. */
        public enum Kind {
            /** The DCS is gone: stop before the lease ends, the key stays. */
            OFFLINE,
            /** Asked for: stop cleanly, then give the key back. */
            GRACEFUL,
            /** The lock is lost: stop at once. */
            IMMEDIATE_NOLOCK,
            /** A primary that starts too long: stop at once, then give the key back. */
            IMMEDIATE,
            /** The cluster became a standby cluster: stop cleanly, keep the key, follow the remote primary. */
            CLUSTER
        }
    }

    /**
     * What is known of the local WAL compared to the leader's.
     *
     * @param leader whose WAL it was compared to, name and timeline
     */
    public record Divergence(State state, String leader, String why) {
        /** What is known. */
        public enum State {
            UNKNOWN,
            IN_HISTORY,
            DIVERGED,
            REWIND_FAILED,
            /** In the leader's history, but the leader no longer has what comes next. */
            WAL_MISSING
        }

        static Divergence unknown() {
            return new Divergence(State.UNKNOWN, "", "");
        }
    }

    Memory withLastLedView(ClusterView view) {
        Change change = new Change(this);
        change.lastLedView = Optional.of(view);
        return change.done();
    }

    Memory withDemotion(Optional<Demotion> changed) {
        Change change = new Change(this);
        change.demotion = changed;
        return change.done();
    }

    Memory withBootstrap(Bootstrap changed) {
        Change change = new Change(this);
        change.bootstrap = changed;
        return change.done();
    }

    Memory withDivergence(Divergence changed) {
        Change change = new Change(this);
        change.divergence = changed;
        return change.done();
    }

    Memory withCrashRecoveryTried(boolean changed) {
        Change change = new Change(this);
        change.crashRecoveryTried = changed;
        return change.done();
    }

    Memory withStartFailed(boolean changed) {
        Change change = new Change(this);
        change.startFailed = changed;
        return change.done();
    }

    Memory withPromotionFailed(boolean changed) {
        Change change = new Change(this);
        change.promotionFailed = changed;
        return change.done();
    }

    Memory withRetryAt(OptionalLong changed) {
        Change change = new Change(this);
        change.retryAt = changed;
        return change.done();
    }

    Memory withOperationSeen(long changed) {
        Change change = new Change(this);
        change.operationSeen = changed;
        return change.done();
    }

    Memory withNotStreamingSince(OptionalLong changed) {
        Change change = new Change(this);
        change.notStreamingSince = changed;
        return change.done();
    }

    Memory withSync(SyncMemory changed) {
        Change change = new Change(this);
        change.sync = changed;
        return change.done();
    }

    Memory withSlots(SlotMemory changed) {
        Change change = new Change(this);
        change.slots = changed;
        return change.done();
    }

    Memory withRejoin(RejoinMemory changed) {
        Change change = new Change(this);
        change.rejoin = changed;
        return change.done();
    }

    Memory withWaits(WaitMemory changed) {
        Change change = new Change(this);
        change.waits = changed;
        return change.done();
    }

    /** A copy in the making: a component that is added to the record is named here once, not in every method above. */
    private static final class Change {
        private Optional<ClusterView> lastLedView;
        private Optional<Demotion> demotion;
        private Bootstrap bootstrap;
        private Divergence divergence;
        private boolean crashRecoveryTried;
        private boolean startFailed;
        private boolean promotionFailed;
        private OptionalLong retryAt;
        private long operationSeen;
        private OptionalLong notStreamingSince;
        private SyncMemory sync;
        private SlotMemory slots;
        private RejoinMemory rejoin;
        private WaitMemory waits;

        Change(Memory from) {
            this.lastLedView = from.lastLedView;
            this.demotion = from.demotion;
            this.bootstrap = from.bootstrap;
            this.divergence = from.divergence;
            this.crashRecoveryTried = from.crashRecoveryTried;
            this.startFailed = from.startFailed;
            this.promotionFailed = from.promotionFailed;
            this.retryAt = from.retryAt;
            this.operationSeen = from.operationSeen;
            this.notStreamingSince = from.notStreamingSince;
            this.sync = from.sync;
            this.slots = from.slots;
            this.rejoin = from.rejoin;
            this.waits = from.waits;
        }

        Memory done() {
            return new Memory(
                    lastLedView,
                    demotion,
                    bootstrap,
                    divergence,
                    crashRecoveryTried,
                    startFailed,
                    promotionFailed,
                    retryAt,
                    operationSeen,
                    notStreamingSince,
                    sync,
                    slots,
                    rejoin,
                    waits);
        }
    }
}
