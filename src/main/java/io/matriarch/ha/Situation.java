package io.matriarch.ha;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.FailoverRequest;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.StandbyCluster;
import io.matriarch.cluster.Upstream;
import io.matriarch.ha.Memory.Demotion;
import io.matriarch.ha.Outcome.Result;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** An observation and the memory, in the words in which the rows of the transition table ask. */
record Situation(Observation seen, Memory memory) {
    /** A primary that has no more than this left of its lease stops. */
    private static final Duration STOP_MARGIN = Duration.ofSeconds(2);

    String self() {
        return seen.self();
    }

    DynamicConfiguration config() {
        return seen.config();
    }

    boolean paused() {
        return seen.config().paused();
    }

    ServerStatus server() {
        return seen.server();
    }

    // The DCS.

    boolean dcsAnswers() {
        return seen.cluster().isPresent();
    }

    /** An empty view when the DCS doesn't answer; ask {@link #dcsAnswers} first. */
    ClusterView view() {
        return seen.cluster().orElse(ClusterView.EMPTY);
    }

    boolean holdsLock() {
        return view().leads(self());
    }

    boolean leaderless() {
        return dcsAnswers() && view().leader().isEmpty();
    }

    boolean anotherLeads() {
        return view().leader().isPresent() && !holdsLock();
    }

    String leaderName() {
        if (holdsLock() && standbyCluster()) {
            return leaderUpstream().map(Upstream::member).orElse("");
        }
        return view().leader().map(leader -> leader.name()).orElse("");
    }

    /** This cluster replays the WAL of another one. */
    boolean standbyCluster() {
        return config().standbyCluster();
    }

    /** The primary of the other cluster, in a standby cluster. */
    Optional<Upstream> remote() {
        return config().standbyClusterSettings().map(StandbyCluster::remote);
    }

    /** Whose history the WAL here must be part of: the other member that leads, or for who leads a standby cluster the remote primary; if it is reachable by SQL. */
    Optional<Upstream> leaderUpstream() {
        if (anotherLeads()) {
            return view().leaderMember().flatMap(Situation::upstream);
        }
        return holdsLock() ? remote().filter(Upstream::answersSql) : Optional.empty();
    }

    /** The leader runs as a primary and has finished its checkpoint, so that pg_rewind sees its timeline. */
    boolean leaderIsSettled() {
        if (holdsLock() && standbyCluster()) {
            return true; // the remote one has settled long ago, or can't be asked
        }
        return view().leaderMember()
                .filter(member -> member.role()
                                .filter(role ->
                                        role == Role.PRIMARY || role == Role.STANDBY_LEADER) // not while it is promoted
                                .isPresent()
                        && member.checkpointedAfterPromotion())
                .isPresent();
    }

    static Optional<Upstream> upstream(Member member) {
        return member.connUrl().map(url -> new Upstream(member.name(), url));
    }

    /** The lease is surely ours now, and long enough for a stop to come in time. */
    boolean lockConfirmed() {
        return seen.leaseUntil().isPresent() && seen.leaseUntil().getAsLong() - seen.now() > STOP_MARGIN.toNanos();
    }

    /** The lease is surely ours for so long that a clean stop can wait: the DCS may come back before. */
    boolean lockLasts() {
        Duration reserve = seen.config().timeToStop();
        return seen.leaseUntil().isPresent() && seen.leaseUntil().getAsLong() - seen.now() > reserve.toNanos();
    }

    /** Renew about once a loop_wait, however often the loop wakes. */
    boolean renewalDue() {
        if (tried(Action.RenewLeaderLock.class)
                || tried(Action.AcquireLeaderLock.class)
                || tried(Action.TakeLeaderLock.class)) {
            return false;
        }
        if (seen.leaseUntil().isEmpty()) {
            return true;
        }
        long renewedAt = seen.leaseUntil().getAsLong() - config().ttl().toNanos();
        long slack = Duration.ofMillis(500).toNanos();
        return seen.now() - renewedAt >= config().loopWait().toNanos() - slack;
    }

    Optional<FailoverRequest> failoverRequest() {
        return view().failover();
    }

    // What was done in this cycle.

    Action.AskPeers askPeers(Set<String> members) {
        return new Action.AskPeers(members, view().sync().revision());
    }

    boolean tried(Class<? extends Action> kind) {
        return seen.outcomeOf(kind).isPresent();
    }

    boolean succeeded(Class<? extends Action> kind) {
        return seen.outcomeOf(kind).filter(Result.Done.class::isInstance).isPresent();
    }

    boolean refused(Class<? extends Action> kind) {
        return seen.outcomeOf(kind).filter(Result.Refused.class::isInstance).isPresent();
    }

    boolean unanswered(Class<? extends Action> kind) {
        return seen.outcomeOf(kind).filter(Result.Unavailable.class::isInstance).isPresent();
    }

    /** An operation failed a short time ago. */
    boolean resting() {
        OptionalLong until = memory.retryAt();
        return until.isPresent() && until.getAsLong() - seen.now() > 0;
    }

    // PostgreSQL.

    boolean running() {
        return server().postmasterAlive();
    }

    boolean accepting() {
        return running() && server().reading().isPresent();
    }

    boolean primary() {
        return server().isPrimary();
    }

    boolean standby() {
        return server().reading().filter(ServerReading::inRecovery).isPresent();
    }

    boolean operating() {
        return server().operation().isPresent();
    }

    /** The last operation was such a one, and ended so. */
    boolean ended(Class<? extends Operation> kind, Class<? extends OperationResult> result) {
        return server().finished()
                .filter(ended -> kind.isInstance(ended.operation()) && result.isInstance(ended.result()))
                .isPresent();
    }

    boolean operating(Class<? extends Operation> kind) {
        return server().operation()
                .filter(running -> kind.isInstance(running.operation()))
                .isPresent();
    }

    /** The control data of a data directory that is there and readable. */
    Optional<DataDirectory.Present> data() {
        return server().dataDirectory() instanceof DataDirectory.Present present
                ? Optional.of(present)
                : Optional.empty();
    }

    Optional<ControlData> control() {
        return data().map(DataDirectory.Present::control);
    }

    /** A data directory of a primary: it would open for writes when started as it is. */
    boolean holdsPrimaryData() {
        return data().filter(present -> !present.recoverySignal()
                        && (present.control().needsCrashRecovery()
                                || present.control().shutDownCleanly()))
                .isPresent();
    }

    /** How much WAL this node has, as far as can be seen. */
    Lsn walPosition() {
        return server().reading()
                .map(ServerReading::walPosition)
                .or(() -> control()
                        .map(ControlData::checkpoint)
                        .map(checkpoint -> checkpoint.max(server().rejoin().minimumEnd())))
                .orElse(Lsn.ZERO);
    }

    /** A standby waits for WAL that doesn't come, since so many loop_waits at least. */
    boolean waitsForWalSince(int loops) {
        return server().rejoin().waitsForWal() && hasNotComeOnSince(loops);
    }

    /** A standby that doesn't stream has got nowhere for so many loop_waits at least. */
    boolean hasNotComeOnSince(int loops) {
        return memory.rejoin().hasStayed(loops, seen);
    }

    boolean demoting(Demotion.Kind kind) {
        return memory.demotion().filter(demotion -> demotion.kind() == kind).isPresent();
    }

    // Decisions.

    Decision act(Action action) {
        return new Decision(action, memory, "", Optional.empty());
    }

    Decision act(Action action, String line) {
        return new Decision(action, memory, "", Optional.of(line));
    }

    Decision begin(Operation operation, String line) {
        return act(new Action.Begin(operation), line);
    }

    /** Done for this cycle; {@code loop_wait} may pass. */
    Decision idle(String line) {
        return act(new Action.Idle(Optional.empty()), line);
    }

    /** Done for this cycle, but look again soon. */
    Decision idle(String line, Duration atMost) {
        return act(new Action.Idle(Optional.of(atMost)), line);
    }

    Situation remembering(Memory changed) {
        return new Situation(seen, changed);
    }

    /** Stops the server now, and remembers why. */
    Decision demote(Demotion.Kind kind, Optional<String> candidate, Operation.Stop stop, String line) {
        Demotion demotion = new Demotion(kind, candidate, seen.now());
        return remembering(memory.withDemotion(Optional.of(demotion)).withDivergence(Memory.Divergence.unknown()))
                .begin(stop, line);
    }

    /** The same while something else is in progress. */
    Decision stopAtOnce(String line) {
        Demotion demotion = new Demotion(
                dcsAnswers() ? Demotion.Kind.IMMEDIATE_NOLOCK : Demotion.Kind.OFFLINE, Optional.empty(), seen.now());
        return remembering(memory.withDemotion(Optional.of(demotion)).withDivergence(Memory.Divergence.unknown()))
                .act(new Action.StopAtOnce(), line);
    }

    /** The lock is gone: no write may be accepted any more. */
    Decision demoteAtOnce(String line) {
        return demote(
                Demotion.Kind.IMMEDIATE_NOLOCK,
                Optional.empty(),
                new Operation.Stop(Operation.Stop.Mode.IMMEDIATE, false, "demote"),
                line);
    }
}
