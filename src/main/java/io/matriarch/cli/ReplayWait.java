package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.Member;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Waits until a standby has replayed what its primary had written when the wait began: only then its control file has the primary's new parameters. */
final class ReplayWait {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    /** A standby connects again 5 s (wal_retrieve_retry_interval) after its primary was away. */
    private static final int LOOKS = 30;

    private final CtlSession session;

    ReplayWait(CtlSession session) {
        this.session = session;
    }

    /** Whether it has; false also when one of them doesn't say. */
    boolean await(Member primary, Member standby) {
        OptionalLong written = position(primary, "location");
        for (int look = 0; written.isPresent() && look < LOOKS; look++) {
            OptionalLong replayed = position(standby, "replayed_location");
            if (replayed.isPresent() && replayed.getAsLong() >= written.getAsLong()) {
                return true;
            }
            session.sleep(BETWEEN_LOOKS);
        }
        return false;
    }

    private OptionalLong position(Member member, String which) {
        if (!(session.ask(Method.GET, member, "patroni", Optional.empty()) instanceof Answered(int _, String text))) {
            return OptionalLong.empty();
        }
        try {
            return Json.parse(text) instanceof Mapping status
                    ? status.mapping("xlog").whole(which)
                    : OptionalLong.empty();
        } catch (MalformedDocument notJson) {
            return OptionalLong.empty();
        }
    }
}
