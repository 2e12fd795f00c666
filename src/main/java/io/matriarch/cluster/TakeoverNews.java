package io.matriarch.cluster;

import io.matriarch.value.Value.Mapping;
import java.util.Optional;

/** What a member answers about a {@link Takeover}, as patronictl reads it. */
public record TakeoverNews(String id, TakeoverPhase phase, Optional<String> waitsFor, Optional<String> result) {

    /** Absent when it is something else, such as the answer of a member that doesn't know of takeovers. */
    public static Optional<TakeoverNews> read(Mapping answer) {
        return answer.text("id")
                .flatMap(id -> answer.text("phase")
                        .flatMap(TakeoverPhase::of)
                        .map(phase -> new TakeoverNews(id, phase, answer.text("waits_for"), answer.text("result"))));
    }

    /** Whether following it any longer tells nothing. */
    public boolean isOver() {
        return phase.isLast() || phase == TakeoverPhase.TIMED_OUT;
    }
}
