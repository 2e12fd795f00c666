package io.matriarch.cli;

import io.matriarch.time.IsoTime;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Optional;

/** When something is to happen, as a person says it. */
final class ScheduledTime {
    private ScheduledTime() {}

    /**
     * Absent means now. A time without zone is local.
     *
     * @throws CtlError if {@code text} is no time
     */
    static Optional<OffsetDateTime> parse(String text, Clock clock) {
        if (text.isEmpty() || text.equals("now")) {
            return Optional.empty();
        }
        IsoTime time = IsoTime.parse(text)
                .orElseThrow(() -> new CtlError("Unable to parse scheduled timestamp (" + text
                        + "). It should be in an unambiguous format (e.g. ISO 8601)"));
        return Optional.of(time.local()
                .atOffset(time.zone().orElseGet(() -> clock.getZone().getRules().getOffset(time.local()))));
    }

    /** An example for a question: an hour from now, to the minute. */
    static String example(CtlSession session) {
        return IsoTime.formatLocal(session.now().plusHours(1))
                .substring(0, "2026-11-23 15:36".length())
                .replace(' ', 'T');
    }
}
