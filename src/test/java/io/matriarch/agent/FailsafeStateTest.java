package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Member;
import io.matriarch.ha.Failsafe;
import io.matriarch.ha.Pledge;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A promise and a race exclude each other. */
final class FailsafeStateTest {
    private static final Duration TTL = Duration.ofSeconds(30);

    private long now = Duration.ofHours(1).toNanos();
    private final FailsafeState state = new FailsafeState(() -> now);
    private final Member leader =
            FailsafeState.sender(Mapping.empty().with("name", "a")).orElseThrow();

    private void pass(Duration duration) {
        now += duration.toNanos();
    }

    @Test
    void whoAcceptedDoesNotRaceForTtl() {
        assertThat(state.accept(leader, false, TTL)).isTrue();
        assertThat(state.isActive()).isTrue();
        assertThat(look().accepted()).contains(leader);
        pass(TTL.minusMillis(1));
        assertThat(state.beginRace(TTL))
                .hasValueSatisfying(why -> assertThat(why).contains("let a go on"));
        pass(Duration.ofMillis(1));
        assertThat(state.beginRace(TTL)).isEmpty();
        assertThat(state.isActive()).isFalse();
    }

    /** What a new primary accepted as a standby must not make it step down later. */
    @HardCase(11)
    @Test
    void whoLeadsHasForgottenWhomItAccepted() {
        assertThat(state.accept(leader, false, TTL)).isTrue();
        pass(TTL);
        assertThat(state.beginRace(TTL)).isEmpty();
        state.leads(OptionalLong.of(now + TTL.toNanos()));
        assertThat(look().accepted()).isEmpty();
        assertThat(state.isActive()).isFalse();
        assertThat(state.accept(leader, false, TTL)).isFalse();
        assertThat(look().accepted()).isEmpty();
    }

    @Test
    void whoRacesOrLeadsAcceptsNobody() {
        assertThat(state.beginRace(TTL)).isEmpty();
        assertThat(state.accept(leader, false, TTL)).as("races").isFalse();
        state.leads(OptionalLong.of(now + TTL.toNanos()));
        assertThat(state.accept(leader, false, TTL)).as("leads").isFalse();
        state.raceLost();
        assertThat(state.accept(leader, true, TTL)).as("is a primary").isFalse();
        assertThat(state.accept(leader, false, TTL)).as("lost").isTrue();
    }

    @Test
    void whoPledgedAcceptsNobodyForTtl() {
        pass(TTL);
        assertThat(state.pledge(false, TTL)).isEqualTo(Pledge.GIVEN);
        assertThat(state.accept(leader, false, TTL)).isFalse();
        pass(TTL);
        assertThat(state.accept(leader, false, TTL)).isTrue();
    }

    @Test
    void whoAcceptedOrLeadsDoesNotPledge() {
        pass(TTL);
        assertThat(state.accept(leader, false, TTL)).isTrue();
        assertThat(state.pledge(false, TTL)).as("accepted").isEqualTo(Pledge.REFUSED);
        pass(TTL);
        assertThat(state.pledge(true, TTL)).as("is a primary").isEqualTo(Pledge.REFUSED);
        state.granted(OptionalLong.of(now + TTL.toNanos()));
        assertThat(state.pledge(false, TTL)).as("may be one soon").isEqualTo(Pledge.REFUSED);
        pass(TTL);
        assertThat(state.pledge(false, TTL)).isEqualTo(Pledge.GIVEN);
    }

    @Test
    void aFreshAgentKnowsOnlyThatItIsNoPrimary() {
        assertThat(state.pledge(false, TTL)).isEqualTo(Pledge.NO_PRIMARY);
        assertThat(state.accept(leader, false, TTL)).as("it has pledged").isFalse();
        assertThat(look().young()).isTrue();
        pass(TTL);
        assertThat(look().young()).isFalse();
    }

    @Test
    void aConfirmationThatCameLateDoesNotEndWhatWasPromisedMeanwhile() {
        assertThat(state.beginRace(TTL)).isEmpty();
        pass(TTL);
        assertThat(state.accept(leader, false, TTL)).isTrue();
        state.leads(OptionalLong.empty());
        assertThat(state.beginRace(TTL)).isPresent();
    }

    @HardCase(11)
    @Test
    void theFirstConfirmationOfTheLockEndsIt() {
        state.granted(OptionalLong.of(now + TTL.toNanos()));
        assertThat(state.isGranted()).isTrue();
        state.leads(OptionalLong.of(now + TTL.toNanos()));
        assertThat(state.isGranted()).isFalse();
        assertThat(state.isActive()).isFalse();
    }

    @Test
    void whatWasWrittenCountsUntilItIsSeen() {
        Map<String, String> first = Map.of("a", "http://a:8008/patroni");
        Map<String, String> second = Map.of("a", "http://a:8008/patroni", "b", "http://b:8008/patroni");
        state.writing(first);
        state.writing(second);
        assertThat(look().lists()).containsExactly(first, second);
        state.seen(view(first, true), config(false));
        assertThat(look().lists()).as("the second may come yet").containsExactly(first, second);
        state.seen(view(second, true), config(false));
        assertThat(look().lists()).isEmpty();
        state.writing(first);
        state.notWritten(first);
        assertThat(look().lists()).isEmpty();
    }

    @Test
    void pledgesAreNeededForAWhileAfterFailsafeQuorumWasTurnedOff() {
        state.seen(view(Map.of(), true), config(false));
        assertThat(look().pledgesNeeded()).isFalse();
        state.seen(view(Map.of(), true), config(true));
        state.seen(view(Map.of(), true), config(false));
        assertThat(look().pledgesNeeded()).isTrue();
        pass(TTL);
        state.seen(view(Map.of(), false), config(false));
        pass(TTL.multipliedBy(2).minusMillis(1));
        assertThat(look().pledgesNeeded()).as("nobody led meanwhile").isTrue();
        pass(Duration.ofMillis(1));
        assertThat(look().pledgesNeeded()).isFalse();
    }

    private Failsafe look() {
        return state.look(Optional.empty(), Map.of(), TTL);
    }

    private static DynamicConfiguration config(boolean quorum) {
        return new DynamicConfiguration(
                Mapping.empty()
                        .with("ttl", TTL.toSeconds())
                        .with("failsafe_mode", true)
                        .with("failsafe_quorum", quorum),
                1);
    }

    private static ClusterView view(Map<String, String> failsafe, boolean led) {
        ClusterView none = ClusterView.EMPTY;
        return new ClusterView(
                none.initialize(),
                none.config(),
                led ? Optional.of(new Leader("a", 1, 1)) : Optional.empty(),
                none.status(),
                none.members(),
                none.failover(),
                none.sync(),
                none.history(),
                failsafe);
    }
}
