package io.matriarch.doctor;

import io.matriarch.cluster.Member;
import io.matriarch.value.Value.Mapping;
import java.time.Instant;
import java.util.Optional;

/**
 * What a member's REST interface says.
 *
 * @param status GET /patroni; absent when nobody answers
 * @param clock the Date header, and when it was received here
 * @param trouble why there is no status
 */
record MemberReport(Member member, Optional<Mapping> status, Optional<Clock> clock, String trouble) {
    /**
     * A look at another machine's clock.
     *
     * @param there as its Date header says, in whole seconds
     * @param asked when the request left, by the clock here
     * @param received when the answer was there
     */
    record Clock(Instant there, Instant asked, Instant received) {}

    String name() {
        return member.name();
    }

    boolean answers() {
        return status.isPresent();
    }

    String state() {
        return status.flatMap(document -> document.text("state")).orElse(member.state());
    }
}
