package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.FailoverRequest;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.Tags;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Who may lead while replication is synchronous, seen from n1; the rules of reference 5.10, 5.15 and section 9. */
final class SyncElectionTest {
    private static final Mapping ON = Mapping.empty().with("synchronous_mode", true);
    private static final Mapping QUORUM = Mapping.empty().with("synchronous_mode", "quorum");
    private static final long MINE = 100;
    private static final long KEY_REVISION = 7;

    private final Map<String, PeerReply> replies = new TreeMap<>();
    private Mapping config = ON;
    private SyncState sync = SyncState.NONE;
    private Optional<FailoverRequest> request = Optional.empty();
    private Optional<Leader> leader = Optional.empty();
    private List<Outcome> outcomes = asked(KEY_REVISION);
    private boolean inRecovery = true;

    private void key(String leading, int quorum, String... standbys) {
        sync = new SyncState(Optional.of(leading), quorum, List.of(standbys), KEY_REVISION);
    }

    private static List<Outcome> asked(long revision) {
        return List.of(new Outcome(new Action.AskPeers(Set.of(), revision), new Outcome.Result.Done()));
    }

    private void replies(String name, long position, int timeline, Mapping tags) {
        replies.put(
                name,
                new PeerReply(
                        name, true, false, new Lsn(position), true, OptionalInt.of(timeline), new Tags(tags), false));
    }

    private void repliesWhileReplaying(String name, long position) {
        replies.put(
                name, new PeerReply(name, true, false, new Lsn(position), false, OptionalInt.of(1), Tags.NONE, false));
    }

    private void replies(String name, long position) {
        replies(name, position, 1, Mapping.empty());
    }

    private Situation situation() {
        DynamicConfiguration dynamic = new DynamicConfiguration(config.with("ttl", 30), 1);
        ClusterView view = new ClusterView(
                Optional.of("7711371126323781949"),
                Optional.of(dynamic),
                leader,
                new Status(new Lsn(MINE), Map.of(), List.of()),
                List.of(member("n1"), member("n2"), member("n3")),
                request,
                sync,
                History.EMPTY,
                Map.of());
        Observation seen = new Observation(
                "n1",
                Tags.NONE,
                new Beginnings(false, false),
                Duration.ofMinutes(1).toNanos(),
                Instant.EPOCH,
                Optional.of(view),
                dynamic,
                OptionalLong.of(Duration.ofSeconds(85).toNanos()),
                server(),
                replies,
                outcomes,
                WatchdogState.OFF,
                Optional.empty());
        return new Situation(seen, Memory.INITIAL);
    }

    private static Member member(String name) {
        return new Member(
                name,
                Mapping.empty()
                        .with("conn_url", "postgres://" + name + ":5432/postgres")
                        .with("api_url", "http://" + name + ":8008/patroni")
                        .with("state", "running")
                        .with("role", "replica"),
                3,
                4);
    }

    private ServerStatus server() {
        ServerReading reading = new ServerReading(
                150000,
                Instant.EPOCH,
                inRecovery,
                OptionalInt.of(1),
                new Lsn(MINE),
                new Lsn(MINE),
                new Lsn(MINE),
                true,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                false,
                List.of(),
                List.of(),
                ServerReading.Commits.LOCAL);
        return new ServerStatus(
                new DataDirectory.Present(
                        new ControlData("7711371126323781949", "in production", new Lsn(MINE), 1), inRecovery),
                true,
                PostgresState.RUNNING,
                inRecovery ? Role.REPLICA : Role.PRIMARY,
                Optional.of(reading),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                false,
                History.EMPTY,
                true,
                Map.of());
    }

    private void fit() {
        assertThat(LeaderRace.verdict(situation())).isEqualTo(new LeaderRace.Fit());
    }

    private void unfit(String why) {
        assertThat(LeaderRace.verdict(situation())).isEqualTo(new LeaderRace.Unfit(why));
    }

    private String row() {
        return new Decider().decide(situation().seen(), Memory.INITIAL).row();
    }

    @HardCase({13, 18})
    @Test
    void onlyWhoIsInTheKeyMayRace() {
        key("n2", 0, "n3");
        unfit("not a synchronous standby");
        key("n2", 0, "N1");
        fit();
        key("N1", 0);
        fit();
    }

    @Test
    void outsideTheKeyNobodyIsAsked() {
        key("n2", 0, "n1");
        replies("n3", MINE + 1);
        fit();
    }

    @HardCase(17)
    @Test
    void theFormerLeaderMayBeAhead() {
        key("n2", 0, "n1");
        replies("n2", MINE + 50);
        fit();
        key("n1", 0, "n2");
        unfitBecauseOf("n2");
    }

    private void unfitBecauseOf(String ahead) {
        unfit(ahead + " is ahead");
    }

    @HardCase({2, 40})
    @Test
    void aFormerLeaderWithAHigherPriorityIsNotWaitedFor() {
        Mapping preferred = Mapping.empty().with("failover_priority", 5);
        key("n2", 0, "n1", "n3");
        replies("n2", MINE, 1, preferred);
        fit();
        replies("n3", MINE, 1, preferred);
        unfit("n3 has a higher failover priority");
    }

    @Test
    void withAQuorumVotesAreNeeded() {
        config = QUORUM;
        key("n2", 1, "n1", "n3");
        unfit("votes: 0, needed: 1");
        replies("n3", MINE);
        fit();
        replies("n3", MINE + 1);
        unfitBecauseOf("n3");
    }

    @Test
    void whoStillReplaysItsOwnWalMayHaveMoreThanItSays() {
        config = QUORUM;
        key("n2", 1, "n1", "n3");
        repliesWhileReplaying("n3", MINE - 10);
        unfit("votes: 0, needed: 1");
    }

    @Test
    void votesAreNoneUnderAKeyThatWasWrittenSince() {
        config = QUORUM;
        key("n2", 1, "n1", "n3");
        replies("n3", MINE);
        outcomes = asked(KEY_REVISION - 1);
        unfit("votes: 0, needed: 1");
    }

    @Test
    void whoIsNotInTheKeyNeedsOneMoreVote() {
        config = QUORUM;
        key("n2", 0, "n3");
        unfit("votes: -1, needed: 0");
        replies("n3", MINE);
        fit();
    }

    @Test
    void theVoteOfANofailoverVoterCounts() {
        config = QUORUM;
        key("n2", 1, "n1", "n3");
        replies("n3", MINE, 1, Mapping.empty().with("nofailover", true));
        fit();
    }

    @Test
    void aKeyWithAQuorumNeedsVotesThoughTheModeHasChanged() {
        key("n2", 1, "n1", "n3");
        unfit("votes: 0, needed: 1");
    }

    /** A dead primary's longer WAL of an older timeline holds nothing that was acknowledged since. */
    @Test
    void aLaterTimelineGoesBeforeALongerWal() {
        config = QUORUM;
        key("n2", 1, "n1", "n3");
        replies("n3", MINE - 50, 2, Mapping.empty());
        unfitBecauseOf("n3");
    }

    @Test
    void theKeysLeaderNeedsNoVotes() {
        config = QUORUM;
        key("n1", 1, "n2", "n3");
        fit();
    }

    @HardCase(13)
    @Test
    void aNamedCandidateOfASwitchoverMustBeInTheKey() {
        key("n2", 0, "n3");
        request = Optional.of(new FailoverRequest(Optional.of("n2"), Optional.of("n1"), Optional.empty(), 9));
        unfit("not a synchronous standby");
        assertThat(row()).isEqualTo("race-candidate-unfit");
        request = Optional.of(new FailoverRequest(Optional.empty(), Optional.of("n1"), Optional.empty(), 9));
        fit();
    }

    @Test
    void aPrimaryThatTheKeyDoesntNameIsStopped() {
        inRecovery = false;
        key("n2", 0, "n1");
        assertThat(row()).isEqualTo("race-primary-not-synchronous");
        key("n1", 0, "n2");
        assertThat(row()).isEqualTo("race-primary");
    }

    @Test
    void aPrimaryWhoseLockWasNotConfirmedIsStopped() {
        inRecovery = false;
        key("n1", 0, "n2");
        outcomes = List.of(new Outcome(new Action.AcquireLeaderLock(), new Outcome.Result.Unavailable("lost answer")));
        assertThat(row()).isEqualTo("race-primary-lost");
        outcomes = List.of(new Outcome(new Action.AcquireLeaderLock(), new Outcome.Result.Refused("taken")));
        assertThat(row()).isEqualTo("race-primary-lost");
        config = ON.with("pause", true);
        assertThat(row()).isEqualTo("race-lost");
    }

    @Test
    void aLockThatTheKeyDoesntAllowIsGivenBack() {
        leader = Optional.of(new Leader("n1", 1, 2));
        outcomes = List.of();
        key("n2", 0, "n3");
        assertThat(row()).isEqualTo("sync-not-elected");
        key("n2", 0, "n1");
        assertThat(row()).isEqualTo("sync-prepare-key");
    }

    /** Before it steps down the leader counts whom a successor could be elected by. */
    @HardCase(6)
    @Test
    void aLeaderStepsDownOnlyIfASuccessorCanBeElected() {
        inRecovery = false;
        config = QUORUM;
        leader = Optional.of(new Leader("n1", 1, 2));
        key("n1", 1, "n2", "n3");
        request = Optional.of(new FailoverRequest(Optional.of("n1"), Optional.empty(), Optional.empty(), 9));
        replies("n2", MINE);
        assertThat(row()).isEqualTo("leader-nobody-ready");
        assertThat(new Decider().decide(situation().seen(), Memory.INITIAL).action())
                .isEqualTo(new Action.ClearFailoverRequest(
                        9, Optional.of("no healthy members found: n2 is ready, and 2 must be")));
        replies("n3", MINE);
        assertThat(row()).isEqualTo("leader-hand-over");
    }

    @HardCase(3)
    @Test
    void votesAreNotCountedForANamedCandidate() {
        inRecovery = false;
        config = QUORUM;
        leader = Optional.of(new Leader("n1", 1, 2));
        key("n1", 1, "n2", "n3");
        request = Optional.of(new FailoverRequest(Optional.of("n1"), Optional.of("n2"), Optional.empty(), 9));
        replies("n2", MINE);
        assertThat(row()).isEqualTo("leader-hand-over");
    }

    @HardCase(39)
    @Test
    void theLeaderOfAnotherNameIsReplacedInTheKey() {
        inRecovery = false;
        leader = Optional.of(new Leader("n1", 1, 2));
        key("old-name", 0, "n2");
        for (boolean paused : List.of(false, true)) {
            config = ON.with("pause", paused);
            Decision decision = new Decider().decide(situation().seen(), Memory.INITIAL);
            assertThat(decision.action())
                    .as("paused: %s", paused)
                    .isEqualTo(new Action.PutSync(new SyncState(Optional.of("n1"), 0, List.of(), 7)));
        }
    }

    @HardCase(50)
    @Test
    void aStandbyClusterHasNoSynchronousMode() {
        config = ON.with("standby_cluster", Mapping.empty().with("host", Value.of("elsewhere")));
        key("n2", 0, "n3");
        assertThat(SyncElection.isOutsider(situation())).isFalse();
        assertThat(LeaderRace.verdict(situation())).isNotEqualTo(new LeaderRace.Unfit("not a synchronous standby"));
    }
}
