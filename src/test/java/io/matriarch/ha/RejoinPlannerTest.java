package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.RejoinReport;
import io.matriarch.cluster.RejoinSight;
import io.matriarch.cluster.RejoinStep;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.Tags;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The ways back of a node called {@code a}, whose leader is {@code b}; loop_wait is 10 s. */
final class RejoinPlannerTest {
    private static final String IDENTIFIER = "7711371126323781949";
    private static final RejoinSight WAITS =
            new RejoinSight(false, false, "waiting for 000000010000000000000004", new Lsn(90), true, "FATAL:  why");

    private static final String RECOVERING = "recovering 000000020000000000000004";

    private final Decider decider = new Decider();
    private Memory memory = Memory.INITIAL;
    private Duration now = Duration.ofMinutes(5);
    private boolean alive;
    private RejoinSight sight = RejoinSight.NONE;
    private boolean mayRewind = true;
    private long position = 100;
    private long leadersPosition = 200;
    private int leadersTimeline = 2;
    private boolean leaderSettled = true;
    private String leadersRole = "primary";
    private boolean leaderStreams;
    private long operations;
    private Mapping dynamic = Mapping.empty();
    private Optional<ServerStatus.Finished> finished = Optional.empty();

    private Decision after(Duration pause) {
        now = now.plus(pause);
        Observation seen = observation();
        Decision decision = decider.decide(seen, memory);
        memory = decision.memory();
        report = RejoinPlanner.report(seen, decision);
        return decision;
    }

    private Optional<RejoinReport> report = Optional.empty();

    private Decision next() {
        return after(Duration.ofMillis(100));
    }

    private <T extends Operation> T begins(Class<T> kind) {
        return begins(kind, Duration.ofMillis(100));
    }

    private <T extends Operation> T begins(Class<T> kind, Duration pause) {
        Decision decision = after(pause);
        assertThat(decision.action()).as("%s", decision).isInstanceOf(Action.Begin.class);
        Operation operation = ((Action.Begin) decision.action()).operation();
        assertThat(operation).as("%s", decision).isInstanceOf(kind);
        assertThat(decision.line().orElse("")).isNotEmpty();
        return kind.cast(operation);
    }

    private void ends(Operation operation, OperationResult result) {
        finished = Optional.of(new ServerStatus.Finished(++operations, operation, result));
    }

    /** Also takes it in, so that the pause after it begins. */
    private void fails(Operation operation, String why) {
        ends(operation, new OperationResult.Failed(why));
        assertThat(next().action()).isInstanceOf(Action.Idle.class);
        assertThat(step()).isEqualTo(RejoinStep.WAITING_TO_TRY_AGAIN);
        assertThat(report.orElseThrow().why()).contains(why);
    }

    private RejoinStep step() {
        return report.orElseThrow().step();
    }

    private Observation observation() {
        DynamicConfiguration config = new DynamicConfiguration(dynamic, 5);
        Mapping leader = Mapping.empty()
                .with("conn_url", "postgres://b:5432/postgres")
                .with("api_url", "http://b:8008/patroni")
                .with("state", "running")
                .with("role", leadersRole)
                .with("xlog_location", leadersPosition)
                .with("timeline", leadersTimeline)
                .with("replication_state", leaderStreams ? "streaming" : "");
        ClusterView view = new ClusterView(
                Optional.of(IDENTIFIER),
                Optional.of(config),
                Optional.of(new Leader("b", 10, 20)),
                new Status(new Lsn(leadersPosition), Map.of(), List.of()),
                List.of(new Member(
                        "b", leaderSettled ? leader : leader.with("checkpoint_after_promote", false), 3, 20)),
                Optional.empty(),
                SyncState.NONE,
                History.EMPTY,
                Map.of());
        ServerStatus server = new ServerStatus(
                new DataDirectory.Present(
                        new ControlData(IDENTIFIER, alive ? "in archive recovery" : "shut down", new Lsn(position), 1),
                        alive),
                alive,
                alive ? PostgresState.STARTING : PostgresState.STOPPED,
                alive ? Role.REPLICA : Role.DEMOTED,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                finished,
                Map.of(),
                false,
                History.EMPTY,
                mayRewind,
                Map.of(),
                sight);
        return new Observation(
                "a",
                Tags.NONE,
                new Beginnings(true, false),
                now.toNanos(),
                Instant.EPOCH.plus(now),
                Optional.of(view),
                config,
                OptionalLong.empty(),
                server,
                Map.of(),
                List.of(),
                WatchdogState.OFF,
                Optional.empty());
    }

    @Test
    void aDivergedPrimaryIsCheckedRewoundAndStarted() {
        Operation check = begins(Operation.CheckDivergence.class);
        assertThat(step()).isEqualTo(RejoinStep.CHECKING);
        ends(check, new OperationResult.Diverged("it went on"));
        Operation rewind = begins(Operation.Rewind.class);
        assertThat(step()).isEqualTo(RejoinStep.REWINDING);
        assertThat(report.orElseThrow().why()).contains("it went on");
        ends(rewind, new OperationResult.Succeeded());
        begins(Operation.Start.class);
        assertThat(step()).isEqualTo(RejoinStep.STARTING);
    }

    @Test
    void aRewindThatFailsIsTriedAgainLaterAndThenTheLeaderIsCloned() {
        ends(begins(Operation.CheckDivergence.class), new OperationResult.Diverged("it went on"));
        fails(begins(Operation.Rewind.class), "no connection");
        fails(begins(Operation.Rewind.class, Duration.ofSeconds(11)), "no connection");
        assertThat(after(Duration.ofSeconds(11)).action()).isInstanceOf(Action.Idle.class); // twice as long
        fails(begins(Operation.Rewind.class, Duration.ofSeconds(11)), "no connection");
        assertThat(report.orElseThrow().failures()).isEqualTo(3);
        Operation.Reinitialize clone = begins(Operation.Reinitialize.class, Duration.ofSeconds(61));
        assertThat(clone.ordered()).isFalse();
        assertThat(step()).isEqualTo(RejoinStep.CLONING);
    }

    @Test
    void dataAheadOfTheLeaderAreLeftToAPersonUnlessASettingIsTheOrder() {
        position = 300;
        mayRewind = false;
        ends(begins(Operation.CheckDivergence.class), new OperationResult.Diverged("it went on"));
        assertThat(next().action()).isInstanceOf(Action.Idle.class);
        assertThat(step()).isEqualTo(RejoinStep.NEEDS_A_PERSON);
        sight = new RejoinSight(false, true, "", Lsn.ZERO, false, "");
        assertThat(next().action()).isInstanceOf(Action.Idle.class);
        sight = new RejoinSight(true, false, "", Lsn.ZERO, false, "");
        assertThat(begins(Operation.Reinitialize.class).ordered()).isTrue();
    }

    /** Its leader follows another cluster, whose history counts: what differs from it may still be what the remote primary has (reference 5.21). */
    @Test
    void inAStandbyClusterTheSettingIsNoOrderBeforeARewindFailed() {
        dynamic = dynamic.with("standby_cluster", Mapping.empty().with("host", "there"));
        position = 300;
        leadersRole = "standby_leader";
        sight = new RejoinSight(true, false, "", Lsn.ZERO, false, "");
        ends(begins(Operation.CheckDivergence.class), new OperationResult.Diverged("it went on"));
        mayRewind = false;
        assertThat(next().action()).isInstanceOf(Action.Idle.class);
        assertThat(step()).isEqualTo(RejoinStep.NEEDS_A_PERSON);
    }

    @Test
    void afterAFailedRewindTheOtherSettingIsTheOrder() {
        position = 300;
        sight = new RejoinSight(false, true, "", Lsn.ZERO, false, "");
        ends(begins(Operation.CheckDivergence.class), new OperationResult.Diverged("it went on"));
        for (int i = 0; i < 3; i++) {
            fails(begins(Operation.Rewind.class, Duration.ofMinutes(2)), "broken");
        }
        assertThat(begins(Operation.Reinitialize.class, Duration.ofMinutes(2)).ordered())
                .isTrue();
    }

    @HardCase(14)
    @Test
    void theCheckpointAfterThePromotionIsAwaited() {
        leaderSettled = false;
        assertThat(next().action()).as("before it is known").isInstanceOf(Action.Idle.class);
        leaderSettled = true;
        leadersRole = "promoted";
        assertThat(next().action()).as("before it is promoted").isInstanceOf(Action.Idle.class);
        leadersRole = "primary";
        ends(begins(Operation.CheckDivergence.class), new OperationResult.Diverged("it went on"));
        leaderSettled = false;
        assertThat(next().action()).isInstanceOf(Action.Idle.class);
        assertThat(step()).isEqualTo(RejoinStep.WAITING_FOR_LEADER);
        leaderSettled = true;
        begins(Operation.Rewind.class);
    }

    @HardCase(1)
    @Test
    void theSameLeaderOnALaterTimelineIsAnother() {
        ends(begins(Operation.CheckDivergence.class), new OperationResult.Diverged("it went on"));
        begins(Operation.Rewind.class);
        finished = Optional.empty();
        leadersTimeline = 3;
        begins(Operation.CheckDivergence.class);
    }

    @Test
    void aStartingStandbyThatWaitsForWalIsCheckedToldAndClonedWhenTheLeaderHasNone() {
        alive = true;
        sight = WAITS;
        assertThat(next().action()).isInstanceOf(Action.Idle.class);
        assertThat(step()).isEqualTo(RejoinStep.CATCHING_UP);
        ends(
                begins(Operation.CheckDivergence.class, Duration.ofSeconds(21)),
                new OperationResult.WalMissing("requested WAL segment has already been removed"));
        Decision told = next();
        assertThat(told.line().orElse("")).contains("already been removed");
        assertThat(step()).isEqualTo(RejoinStep.WAL_MISSING);
        ends(
                begins(Operation.CheckDivergence.class, Duration.ofSeconds(61)),
                new OperationResult.WalMissing("requested WAL segment has already been removed"));
        Operation.Reinitialize clone = begins(Operation.Reinitialize.class);
        assertThat(clone.ordered()).isFalse();
    }

    /** The reason is told at once, and also where the startup process calls its waiting recovering. */
    @Test
    void whyNothingComesIsToldAtOnce() {
        alive = true;
        sight = new RejoinSight(false, false, RECOVERING, new Lsn(90), true, "FATAL:  password authentication failed");
        next();
        assertThat(step()).isEqualTo(RejoinStep.CATCHING_UP);
        assertThat(report.orElseThrow().why()).contains("FATAL:  password authentication failed");
        fails(begins(Operation.CheckDivergence.class, Duration.ofSeconds(21)), "the leader could not be asked");
        assertThat(report.orElseThrow().why()).contains("FATAL:  password authentication failed");
    }

    @Test
    void aLeaderThatStaysAtTheForkWhileItStreamsHasGoneAnotherWay() {
        alive = true;
        sight = new RejoinSight(false, false, RECOVERING, new Lsn(90), true, "FATAL:  highest timeline 1 is behind");
        leadersRole = "standby_leader";
        OperationResult atFork = new OperationResult.AtFork("its timeline 2 left timeline 1 at 0/64");
        next();
        for (int i = 0; i < 5; i++) {
            Operation check = begins(Operation.CheckDivergence.class, Duration.ofSeconds(21));
            ends(check, atFork);
            assertThat(next().line().orElse(""))
                    .as("its upstream may be down, look %s", i)
                    .doesNotContain("pg_rewind");
        }
        leaderStreams = true;
        ends(begins(Operation.CheckDivergence.class, Duration.ofSeconds(21)), atFork);
        Operation rewind = begins(Operation.Rewind.class);
        assertThat(report.orElseThrow().why()).contains("left timeline 1 at 0/64");
        ends(rewind, new OperationResult.Diverged("pg_rewind can't tell them apart"));
        assertThat(begins(Operation.Reinitialize.class).reason()).contains("can't tell them apart");
    }

    @Test
    void oneThatComesOnIsLeftAlone() {
        alive = true;
        for (int i = 0; i < 30; i++) {
            sight = new RejoinSight(false, false, "waiting for 00000001000000000000000" + i % 10, new Lsn(i), true, "");
            assertThat(after(Duration.ofSeconds(15)).action()).isInstanceOf(Action.Idle.class);
        }
        assertThat(step()).isEqualTo(RejoinStep.CATCHING_UP);
    }

    @Test
    void oneThatIsStuckThoughTheLeaderHasWhatItNeedsIsToldAndRestartedLessAndLessOften() {
        alive = true;
        sight = WAITS;
        next();
        ends(begins(Operation.CheckDivergence.class, Duration.ofSeconds(21)), new OperationResult.InHistory());
        assertThat(next().line().orElse("")).contains("FATAL:  why");
        assertThat(step()).isEqualTo(RejoinStep.STUCK);
        Optional<Operation> begun = Optional.empty();
        int pauses = 0;
        while (begun.filter(Operation.Restart.class::isInstance).isEmpty() && pauses < 20) {
            Decision decision = after(Duration.ofSeconds(5));
            begun = decision.action() instanceof Action.Begin(Operation operation)
                    ? Optional.of(operation)
                    : Optional.empty();
            begun.filter(Operation.CheckDivergence.class::isInstance)
                    .ifPresent(check -> ends(check, new OperationResult.InHistory()));
            pauses++;
        }
        assertThat(begun).containsInstanceOf(Operation.Restart.class);
        assertThat(memory.rejoin().restarts()).isZero();
        ends(begun.orElseThrow(), new OperationResult.Succeeded());
        next();
        assertThat(memory.rejoin().restarts()).isEqualTo(1);
    }
}
