package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Operation.Stop;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.Tags;
import io.matriarch.cluster.Upstream;
import io.matriarch.ha.Memory.Demotion.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who leads, and how it ends: single decisions in moments that Patroni once got wrong. */
final class LeadershipHardCasesTest {
    private static final Stop SWITCHOVER = new Stop(Stop.Mode.FAST, true, "switchover: demote");

    private static Operation begun(Decision decision) {
        assertThat(decision.action()).as("%s", decision).isInstanceOf(Action.Begin.class);
        return ((Action.Begin) decision.action()).operation();
    }

    private static String refusal(Decision decision) {
        assertThat(decision.action()).as("%s", decision).isInstanceOf(Action.ClearFailoverRequest.class);
        return ((Action.ClearFailoverRequest) decision.action()).refusal().orElseThrow();
    }

    private static Action asked(String... names) {
        return new Action.AskPeers(Set.of(names), 0);
    }

    @HardCase(2)
    @Test
    void aFormerLeaderAtTheSamePositionWithAHigherPriorityIsNotWaitedFor() {
        Sight sight = new Sight().standby().ledBy("n2");
        sight.decide(); // so that it is known who led
        sight.ledBy("").done(asked("n2", "n3")).replies("n2", 100, "{\"failover_priority\":5}");
        assertThat(sight.decide().action()).isInstanceOf(Action.AcquireLeaderLock.class);
        sight.replies("n3", 100, "{\"failover_priority\":5}");
        assertThat(sight.decide().line().orElse("")).contains("n3 has a higher failover priority");
    }

    @HardCase(4)
    @Test
    void theCheckpointOfAnEarlierPromotionDoesNotCountForTheNext() {
        Sight sight = new Sight()
                .finished(new Operation.CheckpointAfterPromotion())
                .done(new Action.SyncSlots(List.of(), List.of()))
                .done(new Action.SetStandbyNames(Optional.empty()));
        assertThat(sight.decide().action()).isInstanceOf(Action.Idle.class);
        assertThat(begun(sight.promotedWithoutCheckpoint().decide()))
                .isEqualTo(new Operation.CheckpointAfterPromotion());
    }

    @HardCase(5)
    @Test
    void aSlowStopWithoutTheDcsIsNotBegunASecondTime() {
        Sight sight = new Sight().dcsSilent().lease(Duration.ofSeconds(4));
        Operation stop = begun(sight.decide());
        assertThat(stop).isEqualTo(new Stop(Stop.Mode.FAST, false, "offline demote"));
        sight.operating(stop).role(Role.DEMOTED).later(Duration.ofSeconds(1));
        assertThat(sight.decide().action()).isInstanceOf(Action.Idle.class);
        sight.later(Duration.ofSeconds(2));
        assertThat(sight.decide().action()).as("the lease ends").isInstanceOf(Action.StopAtOnce.class);
        sight.done(new Action.StopAtOnce());
        assertThat(sight.decide().action()).isInstanceOf(Action.Idle.class);
    }

    /** While PostgreSQL still archives; WAL that ends with the switch record before the checkpoint is not all of it. */
    @HardCase(7)
    @Test
    void theLockIsGivenBackEarlyOnlyWhenSomebodyHasTheShutdownCheckpoint() {
        Sight sight = new Sight()
                .operating(SWITCHOVER)
                .steppingDown(Kind.GRACEFUL, Optional.empty())
                .control("shut down", 200)
                .member("n2", "{\"xlog_location\":200}");
        assertThat(sight.decide().action()).isInstanceOf(Action.Idle.class);
        sight.member("n2", "{\"xlog_location\":201}");
        assertThat(sight.decide().action()).isEqualTo(new Action.ReleaseLeaderLock(Optional.of(new Lsn(200))));
        sight.control("shutting down", 200);
        assertThat(sight.decide().action()).as("not written yet").isInstanceOf(Action.Idle.class);
    }

    /** An asynchronous one would win the race, and what the synchronous one alone confirmed would be lost. */
    @HardCase({7, 13})
    @Test
    void inSynchronousModeTheLockIsGivenBackEarlyOnlyToASynchronousStandby() {
        Sight sight = new Sight()
                .config("{\"synchronous_mode\":true}")
                .sync("n1", "n3")
                .operating(SWITCHOVER)
                .steppingDown(Kind.GRACEFUL, Optional.empty())
                .control("shut down", 200)
                .member("n2", "{\"xlog_location\":300}");
        assertThat(sight.decide().action()).isInstanceOf(Action.Idle.class);
        sight.member("n3", "{\"xlog_location\":201}");
        assertThat(sight.decide().action()).isEqualTo(new Action.ReleaseLeaderLock(Optional.of(new Lsn(200))));
    }

    @HardCase(7)
    @Test
    void aPersonsFailoverToAnAsynchronousStandbyGivesTheLockBackEarlyToIt() {
        Sight sight = new Sight()
                .config("{\"synchronous_mode\":true}")
                .sync("n1", "n3")
                .failover("n2")
                .operating(SWITCHOVER)
                .steppingDown(Kind.GRACEFUL, Optional.of("n2"))
                .control("shut down", 200)
                .member("n2", "{\"xlog_location\":300}");
        assertThat(sight.decide().action()).isInstanceOf(Action.ReleaseLeaderLock.class);
    }

    @HardCase(8)
    @Test
    void theNamedCandidateMustHaveTheShutdownCheckpointAndNotJustAnybody() {
        Sight stopping = new Sight()
                .operating(SWITCHOVER)
                .steppingDown(Kind.GRACEFUL, Optional.of("n3"))
                .control("shut down", 200)
                .member("n2", "{\"xlog_location\":300}");
        assertThat(stopping.decide().action()).isInstanceOf(Action.Idle.class);
        stopping.member("n3", "{\"xlog_location\":300}");
        assertThat(stopping.decide().action()).isInstanceOf(Action.ReleaseLeaderLock.class);

        Sight stopped = new Sight()
                .stopped()
                .switchover(Optional.of("n3"))
                .steppingDown(Kind.GRACEFUL, Optional.of("n3"))
                .control("shut down", 200);
        assertThat(stopped.decide().action()).isEqualTo(asked("n3"));
        stopped.done(asked("n3")).replies("n2", 300, "{}");
        assertThat(stopped.decide().row()).isEqualTo("stopped-hand-over-wait");
        stopped.replies("n3", 300, "{}");
        assertThat(stopped.decide().action()).isEqualTo(new Action.ReleaseLeaderLock(Optional.of(new Lsn(200))));
    }

    @HardCase(9)
    @Test
    void aPrimaryThatSleptThroughAPromotionStopsInsteadOfTakingTheLock() {
        Sight sight = new Sight().ledBy("").withoutLease().timelinesEnded(1);
        Decision decision = sight.decide();
        assertThat(decision.row()).isEqualTo("race-primary-behind");
        assertThat(begun(decision)).isEqualTo(new Stop(Stop.Mode.IMMEDIATE, false, "demote"));
        assertThat(new Sight().ledBy("").withoutLease().decide().action())
                .as("nobody was promoted")
                .isInstanceOf(Action.AcquireLeaderLock.class);
    }

    @HardCase(10)
    @Test
    void nobodyTakesTheLockWhileAPeerSaysThatItIsAPrimary() {
        PeerReply primary = new PeerReply("n2", true, true, new Lsn(10), true, OptionalInt.of(1), Tags.NONE, false);
        Decision decision = new Sight()
                .standby()
                .ledBy("")
                .done(asked("n2", "n3"))
                .replies(primary)
                .decide();
        assertThat(decision.line().orElse("")).contains("primary n2 is still alive");
    }

    @HardCase(13)
    @Test
    void aSwitchoverWithoutCandidateGoesToASynchronousStandbyOnly() {
        Sight sight = new Sight()
                .config("{\"synchronous_mode\":true}")
                .sync("n1", "n3")
                .commits("n3", "on")
                .switchover(Optional.empty());
        Action question = new Action.AskPeers(Set.of("n3"), 7);
        assertThat(sight.decide().action()).isEqualTo(question);
        sight.done(question).replies("n3", 100, "{\"nofailover\":true}");
        assertThat(sight.decide().row()).isEqualTo("leader-nobody-ready");
        assertThat(refusal(sight.decide())).isEqualTo("no healthy members found: n3 has the tag nofailover");
        sight.replies("n3", 100, "{}");
        assertThat(begun(sight.decide())).isEqualTo(SWITCHOVER);
    }

    /** Who reads the log at night learns which node to look at. */
    @Test
    void aRefusedSwitchoverSaysWhatKeepsEachCandidate() {
        Sight sight = new Sight()
                .config("{\"maximum_lag_on_failover\":50}")
                .switchover(Optional.empty())
                .done(asked("n2", "n3"))
                .replies("n2", 10, "{}")
                .replies(PeerReply.unreachable("n3"));
        assertThat(refusal(sight.decide()))
                .isEqualTo("no healthy members found: n2 is 90 bytes behind, n3 doesn't answer");
        sight.replies(new PeerReply("n2", true, true, new Lsn(100), true, OptionalInt.of(1), Tags.NONE, false))
                .replies(new PeerReply("n3", true, false, new Lsn(100), true, OptionalInt.of(1), Tags.NONE, true));
        assertThat(refusal(sight.decide()))
                .isEqualTo("no healthy members found: n2 isn't a standby, n3 has no watchdog");
    }

    /** Its WAL is another history's, however far it is (reference 5.15). */
    @Test
    void whoIsOnAnEarlierTimelineIsNotReadyForASwitchover() {
        Sight sight = new Sight()
                .timelinesEnded(1)
                .switchover(Optional.of("n2"))
                .done(asked("n2"))
                .replies("n2", 100, "{}");
        assertThat(begun(sight.decide())).as("check_timeline is off").isEqualTo(SWITCHOVER);
        Decision refused = sight.config("{\"check_timeline\":true}").decide();
        assertThat(refused.row()).isEqualTo("leader-nobody-ready");
        assertThat(refusal(refused)).isEqualTo("no healthy members found: n2 is on timeline 1 before 2");
        sight.replies(new PeerReply("n2", true, false, new Lsn(100), true, OptionalInt.of(2), Tags.NONE, false));
        assertThat(begun(sight.decide())).isEqualTo(SWITCHOVER);
    }

    @HardCase(15)
    @ParameterizedTest
    @EnumSource(names = "CLUSTER", mode = EnumSource.Mode.EXCLUDE)
    void whoSteppedDownIsStartedAsAStandbyThoughTheDcsFellSilent(Kind kind) {
        Sight sight = new Sight()
                .stopped()
                .withoutLease()
                .steppingDown(kind, Optional.empty())
                .dcsSilent();
        assertThat(begun(sight.decide()))
                .isEqualTo(new Operation.Start(
                        Operation.Start.As.REPLICA, Optional.empty(), "restarting after failure", Optional.empty()));
    }

    @HardCase(16)
    @Test
    void inMaintenanceModeALostLockInterruptsNothing() {
        for (Operation operation : List.of(new Operation.Restart(Optional.empty()), new Operation.Promote())) {
            Sight sight = new Sight().operating(operation).ledBy("n2").withoutLease();
            assertThat(sight.decide().action()).as("unpaused %s", operation).isInstanceOf(Action.StopAtOnce.class);
            sight.config("{\"pause\":true}");
            assertThat(sight.decide().action()).as("%s", operation).isInstanceOf(Action.Idle.class);
            assertThat(sight.dcsSilent().decide().action())
                    .as("%s without the DCS", operation)
                    .isInstanceOf(Action.Idle.class);
        }
    }

    @HardCase(21)
    @Test
    void aLeaderWhoseDataDirectoryVanishedStopsAndGivesTheLockBack() {
        Sight sight = new Sight().withoutData();
        assertThat(begun(sight.decide()))
                .isEqualTo(new Stop(Stop.Mode.IMMEDIATE, false, "stopping an orphaned postmaster"));
        sight.stopped().role(Role.UNINITIALIZED);
        assertThat(sight.decide().action()).isEqualTo(new Action.ReleaseLeaderLock(Optional.empty()));
    }

    /** Its files are nobody's to follow, promote or demote any more. */
    @HardCase(87)
    @Test
    void aServerWhoseDirectoryWasReplacedIsStopped() {
        Sight sight = new Sight().replacedData();
        assertThat(begun(sight.decide()))
                .isEqualTo(new Stop(Stop.Mode.IMMEDIATE, false, "stopping an orphaned postmaster"));
        assertThat(sight.config("{\"pause\":true}").decide().line())
                .hasValueSatisfying(line -> assertThat(line).contains("its data directory was replaced"));
    }

    /** At the end of maintenance mode: the answer got lost, the key has our name, and nobody knows how long the lease lasts. */
    @Test
    void aPrimaryWithoutALeaseWhoseAskingIsNotAnsweredStops() {
        Sight sight = new Sight().withoutLease().unanswered(new Action.AcquireLeaderLock());
        assertThat(begun(sight.decide())).isInstanceOf(Stop.class);
        Sight paused = new Sight().config("{\"pause\":true}").withoutLease().unanswered(new Action.AcquireLeaderLock());
        assertThat(paused.decide().action()).isInstanceOf(Action.Idle.class);
    }

    /** A person has promoted a standby cluster whose leader is being cloned again from the remote primary. */
    @Test
    void whoseDataAreBeingReplacedLeavesThePromotionToAMemberThatHasSome() {
        Operation again =
                new Operation.Reinitialize(new Upstream("remote", "postgres://there:5432/"), true, false, "why");
        Sight sight = new Sight().stopped().withoutData().operating(again);
        assertThat(sight.decide().action()).isEqualTo(new Action.ReleaseLeaderLock(Optional.empty()));
        sight.config("{\"standby_cluster\":{\"host\":\"there\"}}");
        assertThat(sight.decide().action()).as("still a standby cluster").isInstanceOf(Action.Idle.class);
        Sight alone = new Sight()
                .member("n2", "{\"tags\":{\"nofailover\":true}}")
                .member("n3", "{\"state\":\"stopped\"}")
                .stopped()
                .withoutData()
                .operating(again);
        assertThat(alone.decide().action()).as("nobody else can lead").isInstanceOf(Action.Idle.class);
    }

    /** Each call asks each server of etcd but once; the loop asks again, and nobody stops as long as nobody else can lead. */
    @HardCase(35)
    @Test
    void aPrimaryAsksASilentDcsAgainUntilItsLeaseNearsItsEnd() {
        Sight sight = new Sight().dcsSilent();
        Decision decision = sight.decide();
        int asked = 0;
        while (decision.action() instanceof Action.Idle(Optional<Duration> pause) && asked < 100) {
            sight.later(pause.orElseThrow());
            decision = sight.decide();
            asked++;
        }
        assertThat(asked).isBetween(15, 30);
        assertThat(begun(decision)).isEqualTo(new Stop(Stop.Mode.FAST, false, "offline demote"));
    }

    @HardCase(36)
    @Test
    void afterAWipeOnlyTheLeaderWritesWhatEverybodyNeeds() {
        Sight leader = new Sight().wiped();
        assertThat(leader.decide().action()).isEqualTo(new Action.PutInitialize(Sight.IDENTIFIER));
        leader.done(new Action.PutInitialize(Sight.IDENTIFIER));
        assertThat(leader.decide().action()).isEqualTo(new Action.PutConfig());
        Sight standby = new Sight().standby().ledBy("").wiped();
        assertThat(standby.decide().action()).isEqualTo(asked("n2", "n3"));
        assertThat(standby.ledBy("n2").decide().action())
                .isNotInstanceOfAny(Action.PutInitialize.class, Action.PutConfig.class);
    }
}
