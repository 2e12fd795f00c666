package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.Member;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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
        assertThat(state.look(Optional.empty(), Set.of(), TTL).accepted()).contains(leader);
        pass(TTL.minusMillis(1));
        assertThat(state.beginRace(TTL))
                .hasValueSatisfying(why -> assertThat(why).contains("let a go on"));
        pass(Duration.ofMillis(1));
        assertThat(state.beginRace(TTL)).isEmpty();
        assertThat(state.isActive()).isFalse();
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
        assertThat(state.pledge(false, TTL)).isTrue();
        assertThat(state.accept(leader, false, TTL)).isFalse();
        pass(TTL);
        assertThat(state.accept(leader, false, TTL)).isTrue();
    }

    @Test
    void whoAcceptedOrMayHaveAcceptedDoesNotPledge() {
        assertThat(state.pledge(false, TTL)).as("young").isFalse();
        pass(TTL);
        assertThat(state.accept(leader, false, TTL)).isTrue();
        assertThat(state.pledge(false, TTL)).as("accepted").isFalse();
        pass(TTL);
        assertThat(state.pledge(true, TTL)).as("is a primary").isFalse();
        assertThat(state.pledge(false, TTL)).isTrue();
    }

    @Test
    void theFirstConfirmationOfTheLockEndsIt() {
        state.granted(OptionalLong.of(now + TTL.toNanos()));
        assertThat(state.isGranted()).isTrue();
        state.leads(OptionalLong.of(now + TTL.toNanos()));
        assertThat(state.isGranted()).isFalse();
        assertThat(state.isActive()).isFalse();
    }

    @Test
    void whatWasWrittenWithoutAnAnswerCountsToo() {
        Map<String, String> members = Map.of("a", "http://a:8008/patroni");
        state.writing(members);
        assertThat(state.look(Optional.empty(), Set.of(), TTL).lists()).containsExactly(members);
        state.written();
        assertThat(state.look(Optional.empty(), Set.of(), TTL).lists()).isEmpty();
    }
}
