package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.Upstream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Standby clusters, cascades, maintenance mode, and how long is waited; single decisions (reference 5.6, 5.9, 5.10, 5.18, 5.22, 5.25). */
final class StandbyAndPauseTest {
    private static final String STANDBY = "{\"standby_cluster\":{\"host\":\"there\",\"port\":5433}}";
    private static final Upstream REMOTE = Upstream.remote("postgres://there:5433/");
    private static final Action SLOTS_DONE = new Action.SyncSlots(List.of(), List.of());
    private static final Action NAMES_DONE = new Action.SetStandbyNames(Optional.empty());
    private static final Action WITHOUT_POSITION = new Action.ReleaseLeaderLock(Optional.empty());

    private static Scene standbyLeader() {
        return new Scene().config(STANDBY).ledBy("a");
    }

    private static Operation begun(Decision decision) {
        return ((Action.Begin) decision.action()).operation();
    }

    @Test
    void aStandbyThatTookTheLockFollowsTheRemotePrimary() {
        Decision decision = standbyLeader().done(new Action.AcquireLeaderLock()).decide();
        assertThat(begun(decision)).isEqualTo(new Operation.Follow(Optional.of(REMOTE)));
        assertThat(decision.line()).contains("promoted self to a standby leader by acquiring session lock");
        assertThat(standbyLeader()
                        .following(Optional.of(REMOTE))
                        .done(SLOTS_DONE)
                        .decide()
                        .line())
                .contains("no action. I am (a), the standby leader with the lock");
    }

    @Test
    void aPrimaryWhoseClusterBecameAStandbyClusterStopsCleanlyAndIsNeverStartedAsAPrimary() {
        Scene scene = standbyLeader().primary();
        assertThat(begun(scene.decide()))
                .isEqualTo(new Operation.Stop(Operation.Stop.Mode.FAST, false, "demote-cluster"));
        assertThat(begun(scene.stopped().decide())).isEqualTo(new Operation.CheckDivergence(REMOTE));
    }

    @Test
    void aStandbyLeaderThatStoppedIsStartedThoughTheRemotePrimaryMayBeDown() {
        Scene scene = standbyLeader().following(Optional.of(REMOTE)).stopped();
        assertThat(begun(scene.decide()))
                .isEqualTo(new Operation.Start(
                        Operation.Start.As.REPLICA,
                        Optional.of(REMOTE),
                        "starting as a standby leader because i had the session lock",
                        Optional.empty()));
    }

    @Test
    void aStandbyLeaderThatDoesntStreamAsksTheRemotePrimary() {
        Scene scene =
                standbyLeader().following(Optional.of(REMOTE)).notStreaming().done(SLOTS_DONE);
        scene.decide();
        scene.later(Duration.ofSeconds(5)).done(SLOTS_DONE);
        assertThat(begun(scene.decide())).isEqualTo(new Operation.CheckDivergence(REMOTE));
    }

    @Test
    void aStandbyLeaderHandsOverToAnotherOneAndIsNotPromoted() {
        Scene scene =
                standbyLeader().following(Optional.of(REMOTE)).done(SLOTS_DONE).failover("a", "b");
        Action asked = new Action.AskPeers(Set.of("b"), SyncState.NONE.revision());
        assertThat(scene.decide().action()).isEqualTo(asked);
        Decision handOver = scene.done(asked).peers(Scene.standby("b", 100)).decide();
        assertThat(begun(handOver)).isInstanceOf(Operation.Stop.class);
        assertThat(scene.stopped().decide().action()).isInstanceOf(Action.ReleaseLeaderLock.class);
        Scene failover =
                standbyLeader().following(Optional.of(REMOTE)).done(SLOTS_DONE).failover("", "b");
        assertThat(failover.decide().action())
                .as("a failover, which names no leader")
                .isEqualTo(asked);
        Scene heir = new Scene().config(STANDBY).ledBy("a").failover("", "a").done(new Action.AcquireLeaderLock());
        assertThat(heir.decide().action()).isEqualTo(new Action.ClearFailoverRequest(7));
        assertThat(begun(heir.withoutFailover().decide())).isEqualTo(new Operation.Follow(Optional.of(REMOTE)));
    }

    @Test
    void aStandbyThatIsNamedForAFailoverTakesTheLockOfAStandbyCluster() {
        Scene scene = new Scene().config(STANDBY).ledBy("").failover("", "a");
        assertThat(scene.decide().action()).isInstanceOf(Action.AcquireLeaderLock.class);
    }

    @HardCase(50)
    @Test
    void aStandbyClusterHasNoSyncKey() {
        SyncState key = new SyncState(Optional.of("b"), 0, List.of("c"), 9);
        Scene scene = standbyLeader().following(Optional.of(REMOTE)).sync(key);
        assertThat(scene.decide().action()).isEqualTo(new Action.DeleteSync(9));
    }

    @Test
    void withoutTheSectionTheStandbyLeaderIsPromoted() {
        Scene scene = new Scene().ledBy("a").following(Optional.of(REMOTE)).done(SLOTS_DONE);
        assertThat(begun(scene.decide())).isInstanceOf(Operation.Promote.class);
    }

    @Test
    void withoutAHostNothingIsStreamed() {
        Scene scene = new Scene()
                .config("{\"standby_cluster\":{\"restore_command\":\"cp\"}}")
                .ledBy("a");
        assertThat(begun(scene.decide())).isEqualTo(new Operation.Follow(Optional.of(Upstream.remote(""))));
    }

    /** PostgreSQL waits for ever without a word of its own. */
    @Test
    void whoHasDivergedFromAnArchiveIsToldSo() {
        Upstream archive = Upstream.remote("");
        Duration waited = Duration.ofMinutes(2);
        Scene scene = new Scene()
                .config("{\"standby_cluster\":{\"restore_command\":\"cp\"}}")
                .ledBy("a")
                .following(Optional.of(archive))
                .notStreaming()
                .done(SLOTS_DONE);
        assertThat(scene.decide().row()).as("for a while that is normal").isEqualTo("standby-leader");
        Decision check = scene.later(waited).done(SLOTS_DONE).decide();
        assertThat(begun(check)).isEqualTo(new Operation.CheckDivergence(archive));
        assertThat(check.line()).as("nor is it said each minute").isEmpty();
        Memory memory = check.memory();
        Memory.Divergence diverged =
                new Memory.Divergence(Memory.Divergence.State.DIVERGED, "the remote primary", "it ended at 0/1");
        long now = memory.rejoin().since().orElseThrow() + waited.toNanos();
        scene.remembering(
                memory.withDivergence(diverged).withRejoin(memory.rejoin().checked(now)));
        Decision told = scene.decide();
        assertThat(told.row()).isEqualTo("standby-leader-archive-keep");
        assertThat(told.line().orElse(""))
                .contains("diverged from the archive", "it ended at 0/1", "standby_cluster.host");
        assertThat(scene.at(150).decide().row()).as("WAL comes again").isEqualTo("standby-leader");
    }

    @Test
    void othersSayThatTheyFollowAStandbyLeader() {
        assertThat(new Scene().config(STANDBY).decide().line())
                .contains("no action. I am (a), a secondary, and following a standby leader (b)");
    }

    @Test
    void aReplicaStreamsFromTheMemberThatItsTagNames() {
        Scene scene = new Scene().tags("{\"replicatefrom\":\"c\"}");
        assertThat(begun(scene.decide())).isEqualTo(new Operation.Follow(Optional.of(Scene.upstream("c"))));
    }

    @Test
    @HardCase(97)
    void anUnknownMemberOrACircleMeansTheLeader() {
        assertThat(new Scene().tags("{\"replicatefrom\":\"x\"}").decide().action())
                .isInstanceOf(Action.Idle.class);
        assertThat(new Scene()
                        .tags("{\"replicatefrom\":\"c\"}")
                        .tags("c", "{\"replicatefrom\":\"a\"}")
                        .decide()
                        .action())
                .isInstanceOf(Action.Idle.class);
        assertThat(new Scene().tags("{\"replicatefrom\":\"a\"}").decide().action())
                .isInstanceOf(Action.Idle.class);
    }

    private static List<SlotChange> slots(Scene scene) {
        return ((Action.SyncSlots) scene.done(NAMES_DONE).decide().action()).changes();
    }

    @Test
    void aMemberKeepsSlotsForThoseThatStreamFromIt() {
        assertThat(slots(new Scene().tags("c", "{\"replicatefrom\":\"a\"}")))
                .containsExactly(new SlotChange.CreatePhysical("c"));
        assertThat(slots(new Scene().ledBy("a").primary().tags("c", "{\"replicatefrom\":\"b\"}")))
                .containsExactly(new SlotChange.CreatePhysical("b"));
        assertThat(slots(new Scene().ledBy("a").primary().tags("c", "{\"nostream\":true}")))
                .containsExactly(new SlotChange.CreatePhysical("b"));
        assertThat(slots(standbyLeader().following(Optional.of(REMOTE))))
                .containsExactly(new SlotChange.CreatePhysical("b"), new SlotChange.CreatePhysical("c"));
    }

    @Test
    @HardCase(97)
    void aCircleHasItsSlotsWhereItsMembersReallyStreamFrom() {
        Scene circle = new Scene()
                .ledBy("a")
                .primary()
                .tags("b", "{\"replicatefrom\":\"c\"}")
                .tags("c", "{\"replicatefrom\":\"b\"}");
        assertThat(slots(circle))
                .containsExactly(new SlotChange.CreatePhysical("b"), new SlotChange.CreatePhysical("c"));
    }

    @Test
    void aDelayedReplicaNeverLeads() {
        Scene scene = new Scene().ledBy("").tags("{\"recovery_min_apply_delay\":\"1h\"}");
        assertThat(scene.decide().line()).contains("following a different leader because I am not allowed to promote");
        assertThat(scene.failover("b", "a").decide().action()).isInstanceOf(Action.Idle.class);
    }

    @Test
    void inMaintenanceModeNobodyRacesButTheCandidateThatAPersonNamed() {
        Scene scene = new Scene().config("{\"pause\":true}").ledBy("");
        assertThat(scene.decide().line()).contains("no action. I am (a)");
        assertThat(scene.failover("b", "a").decide().action()).isInstanceOf(Action.AcquireLeaderLock.class);
        scene.ledBy("a").done(new Action.AcquireLeaderLock()).done(SLOTS_DONE);
        assertThat(begun(scene.decide()))
                .as("the request stays until it is carried out, or the lock would be given back")
                .isInstanceOf(Operation.Promote.class);
        assertThat(scene.primary().decide().action()).isEqualTo(new Action.ClearFailoverRequest(7));
    }

    @Test
    void inMaintenanceModeAPrimaryTakesTheFreeLockAndIsLeftAloneWithoutIt() {
        Scene scene = new Scene().config("{\"pause\":true}").primary();
        assertThat(scene.decide().line()).contains("continue to run as primary without lock");
        assertThat(scene.ledBy("").decide().action()).isInstanceOf(Action.AcquireLeaderLock.class);
    }

    @Test
    void inMaintenanceModeTheLockOfAStoppedServerIsReleasedAndNothingIsStarted() {
        Scene scene = new Scene().config("{\"pause\":true}").ledBy("a").stopped();
        assertThat(scene.decide().action()).isEqualTo(WITHOUT_POSITION);
        assertThat(scene.ledBy("").decide().line()).contains("postgres is not running");
    }

    @Test
    @HardCase(68)
    void inMaintenanceModeAServerThatAPersonStoppedStaysStoppedThoughItWasRewoundOrFollowsSomebodyElse() {
        Memory rewound =
                Memory.INITIAL.withDivergence(new Memory.Divergence(Memory.Divergence.State.IN_HISTORY, "b/1", ""));
        Scene standby = new Scene()
                .config("{\"pause\":true}")
                .following(Optional.of(Scene.upstream("c")))
                .remembering(rewound)
                .stopped();
        assertThat(standby.decide().line()).contains("postgres is not running");
        assertThat(standby.later(Duration.ofMinutes(1)).decide().action()).isInstanceOf(Action.Idle.class);
        Scene primary = new Scene().config("{\"pause\":true}").primary().stopped();
        assertThat(primary.remembering(rewound).decide().line()).contains("postgres is not running");
        assertThat(primary.died("in production").decide().action()).isInstanceOf(Action.Idle.class);
    }

    @Test
    @HardCase(79)
    void inMaintenanceModeDataOfAnotherClusterAreToldAndTakeNoLock() {
        Scene scene = new Scene().config("{\"pause\":true}").ledBy("").primary().ofCluster("7000000000000000001");
        assertThat(scene.decide().line().orElse(""))
                .contains("belongs to a different cluster: 7711371126323781949 != 7000000000000000001");
        assertThat(scene.decide().action()).isInstanceOf(Action.Idle.class);
        assertThat(scene.ledBy("a").decide().action()).isEqualTo(WITHOUT_POSITION);
        assertThat(scene.ledBy("").config("{\"pause\":false}").decide().action())
                .isEqualTo(new Action.Exit(1));
    }

    @Test
    @HardCase(79)
    void inMaintenanceModeAnEmptyDirectoryIsNotFilled() {
        Scene scene = new Scene()
                .config("{\"pause\":true}")
                .stopped()
                .dataDirectory(new io.matriarch.cluster.DataDirectory.Empty());
        assertThat(scene.decide().line()).contains("running with empty data directory");
        assertThat(scene.ledBy("").decide().action()).isInstanceOf(Action.Idle.class);
        assertThat(begun(scene.ledBy("b").config("{\"pause\":false}").decide())).isInstanceOf(Operation.Clone.class);
    }

    @Test
    void atResumeTheWalIsComparedAgain() {
        Memory known =
                Memory.INITIAL.withDivergence(new Memory.Divergence(Memory.Divergence.State.IN_HISTORY, "b/1", ""));
        Scene scene = new Scene().remembering(known).config("{\"pause\":true}");
        assertThat(scene.decide().memory().divergence().state()).isEqualTo(Memory.Divergence.State.IN_HISTORY);
        assertThat(scene.config("{\"pause\":false}")
                        .decide()
                        .memory()
                        .divergence()
                        .state())
                .isEqualTo(Memory.Divergence.State.UNKNOWN);
    }

    @Test
    void aStandbyHoldsBackWhileWalStillComes() {
        Scene scene = new Scene().config("{\"primary_race_backoff\":30}").ledBy("");
        assertThat(scene.decide().row()).isEqualTo("race-backoff");
        assertThat(scene.later(Duration.ofSeconds(10)).at(200).decide().line())
                .contains("My (a) wal position moved since last heart beat loop, 20 seconds until leader race");
        assertThat(scene.later(Duration.ofSeconds(10)).at(200).decide().row())
                .as("no WAL came any more")
                .isEqualTo("race-ask");
    }

    @Test
    void theBackoffEndsThoughWalStillComes() {
        Scene scene = new Scene().config("{\"primary_race_backoff\":30}").ledBy("");
        for (int i = 1; i <= 3; i++) {
            assertThat(scene.at(100L * i).decide().row()).isEqualTo("race-backoff");
            scene.later(Duration.ofSeconds(10));
        }
        assertThat(scene.at(1000).decide().row()).isEqualTo("race-ask");
    }

    @Test
    void aPrimaryThatStartsTooLongIsReplacedIfSomebodyCan() {
        Scene scene = new Scene()
                .config("{\"primary_start_timeout\":60}")
                .ledBy("a")
                .primary()
                .starting();
        scene.decide();
        scene.later(Duration.ofSeconds(59));
        assertThat(scene.decide().row()).isNotEqualTo("starting-too-long-ask");
        scene.later(Duration.ofSeconds(2));
        assertThat(scene.decide().action()).isEqualTo(new Action.AskPeers(Set.of("b", "c"), SyncState.NONE.revision()));
        Action asked = new Action.AskPeers(Set.of("b", "c"), SyncState.NONE.revision());
        assertThat(scene.done(asked).decide().line())
                .contains("primary start has timed out, but continuing to wait because failover is not possible");
        Decision stop = scene.peers(Scene.standby("b", 100)).decide();
        assertThat(begun(stop)).isEqualTo(new Operation.Stop(Operation.Stop.Mode.IMMEDIATE, false, "demote"));
        assertThat(stop.line()).contains("stopped PostgreSQL because of startup timeout");
        assertThat(scene.stopped().decide().action()).isInstanceOf(Action.ReleaseLeaderLock.class);
    }
}
