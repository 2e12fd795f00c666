package io.matriarch.ha;

/** What became of an action in this cycle. */
public record Outcome(Action action, Result result) {

    /** How it went. */
    public sealed interface Result {
        /** Done. */
        record Done() implements Result {}

        /** The other side said no; nothing changed. */
        record Refused(String why) implements Result {}

        /** No answer in time, or none that is understood: it may have been done or not. */
        record Unavailable(String why) implements Result {}
    }
}
