package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.SynchronousStandbyNames;
import io.matriarch.ha.SyncFacts.SyncCandidate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whom commits wait for: single decisions in moments that Patroni once got wrong. */
final class SynchronousHardCasesTest {

    private static Sight synchronous() {
        return new Sight().config("{\"synchronous_mode\":true}");
    }

    private static List<String> candidates(Sight sight) {
        return SyncSituation.facts(sight.situation()).candidates().stream()
                .map(SyncCandidate::name)
                .toList();
    }

    /** The view of PostgreSQL's senders and the sync key alone look right here. */
    @HardCase({41, 45})
    @Test
    void whatTheParameterDoesNotNameIsTakenOutOfTheKeyAndThenPutRight() {
        Sight sight = synchronous().sync("n1", "n2").streams("n2", "sync", 100, Optional.of(100L));
        assertThat(sight.commits("", "on").decide().action())
                .isEqualTo(new Action.PutSync(new SyncState(Optional.of("n1"), 0, List.of(), 7)));
        assertThat(sight.commits("n3", "on").decide().action())
                .isEqualTo(new Action.PutSync(new SyncState(Optional.of("n1"), 0, List.of(), 7)));
        sight.done(new Action.PutSync(SyncState.NONE)).sync("n1");
        assertThat(sight.commits("n3", "on").decide().action())
                .isEqualTo(new Action.SetStandbyNames(Optional.of(SynchronousStandbyNames.all(Set.of("n2")))));
        assertThat(sight.sync("n1", "n2").commits("n2", "on").decide().row()).doesNotContain("sync-step");
    }

    @HardCase(43)
    @Test
    void aStreamThatCallsItselfAsThePrimaryDoesIsNoSynchronousStandby() {
        Sight sight = synchronous().streams("n1", "sync", 100, Optional.of(100L));
        assertThat(candidates(sight)).isEmpty();
        assertThat(candidates(sight.streams("n2", "async", 90, Optional.of(90L))))
                .containsExactly("n2");
    }

    @HardCase(47)
    @Test
    void aNewcomerEntersTheKeyWhenItHasWhatWasCommittedBeforeTheParameterChanged() {
        assertThat(afterTheParameterChangedAt100(99).step()).isEmpty();
        assertThat(afterTheParameterChangedAt100(100).step())
                .contains(new SyncPlan.WriteKey(new SyncState(Optional.of("n1"), 0, List.of("n2"), 7)));
    }

    private static SyncPlan afterTheParameterChangedAt100(long position) {
        return new SyncStandbyPlanner()
                .next(new SyncFacts(
                        "n1",
                        new SyncState(Optional.of("n1"), 0, List.of(), 7),
                        SynchronousStandbyNames.all(Set.of("n2")),
                        List.of(new SyncCandidate("n2", "sync", new Lsn(position), false)),
                        1,
                        1,
                        false,
                        new Lsn(100)));
    }

    @HardCase(48)
    @Test
    void aStreamThatHasNotSaidHowFarItIsIsNoCandidateYet() {
        Sight sight = synchronous().streams("n2", "async", 100, Optional.empty());
        assertThat(candidates(sight)).isEmpty();
        assertThat(candidates(sight.commits("", "remote_write")))
                .as("it has said what it wrote")
                .containsExactly("n2");
    }

    @HardCase(49)
    @Test
    void aStandbyThatMayFailOverIsPreferred() {
        Sight sight = synchronous()
                .member("n2", "{\"tags\":{\"nofailover\":true,\"sync_priority\":9}}")
                .streams("n2", "sync", 100, Optional.of(100L))
                .streams("n3", "async", 90, Optional.of(90L));
        assertThat(candidates(sight)).containsExactly("n3", "n2");
    }

    /** Of several the furthest is the measure, of one the primary itself (reference 5.19). */
    @Test
    void whoLagsMoreThanMaximumLagOnSyncnodeIsNoCandidate() {
        Sight two = synchronous()
                .streams("n2", "async", 100, Optional.of(100L))
                .streams("n3", "async", 89, Optional.of(89L));
        assertThat(candidates(two)).as("no limit").containsExactly("n2", "n3");
        two.config("{\"maximum_lag_on_syncnode\":10}");
        assertThat(candidates(two)).as("11 bytes behind").containsExactly("n2");
        two.config("{\"maximum_lag_on_syncnode\":11}");
        assertThat(candidates(two)).containsExactly("n2", "n3");
        Sight one =
                synchronous().config("{\"maximum_lag_on_syncnode\":10}").streams("n3", "async", 89, Optional.of(89L));
        assertThat(candidates(one)).as("the primary is at 100").isEmpty();
    }

    /** It may stream from the primary for the moment, but goes back to its upstream as soon as that is there (reference 5.19). */
    @Test
    void whoIsToStreamFromAnotherStandbyThatStreamsIsNoCandidate() {
        Sight sight = synchronous()
                .member("n2", "{\"tags\":{\"replicatefrom\":\"n3\"}}")
                .streams("n2", "sync", 100, Optional.of(100L));
        assertThat(candidates(sight)).as("its upstream is away").containsExactly("n2");
        sight.streams("n3", "async", 90, Optional.of(90L));
        assertThat(candidates(sight)).containsExactly("n3");
        assertThat(SyncSituation.facts(sight.situation()).expected()).isEqualTo(1);
    }

    /** What synchronous_commit says of a commit's end is how far a standby must be (reference 5.19). */
    @Test
    void withRemoteApplyWhatIsReplayedCounts() {
        Sight sight = synchronous()
                .streams("n2", "async", 100, Optional.of(100L), Optional.of(80L))
                .streams("n3", "async", 95, Optional.of(95L), Optional.of(90L));
        assertThat(candidates(sight)).as("by what is flushed").containsExactly("n2", "n3");
        sight.commits("", "remote_apply");
        assertThat(candidates(sight)).containsExactly("n3", "n2");
        assertThat(SyncSituation.facts(sight.situation()).candidates())
                .extracting(SyncCandidate::position)
                .containsExactly(new Lsn(90), new Lsn(80));
    }
}
