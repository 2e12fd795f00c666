package io.matriarch.dcs;

/** The answer to a {@link DcsCommand}. */
public sealed interface Writing {
    /** Done, at this revision. */
    record Written(long revision) implements Writing {}

    /** The DCS answered no: a comparison failed, or somebody else holds the lock. Nothing was changed. */
    record Refused(String why) implements Writing {}

    /** No answer, or none that is understood: it may have been done or not. */
    record Unavailable(String why) implements Writing {}
}
