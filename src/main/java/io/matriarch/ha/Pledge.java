package io.matriarch.ha;

/** What a member says when a candidate asks it, before a race, to let no primary go on without the DCS (docs/failsafe.md). */
public enum Pledge {
    /** Nothing, or no: it doesn't answer, is or may become a primary, or has let one go on. */
    REFUSED,
    /** It is no primary, and can't become one without the leader lock; but it has just started, and doesn't know what an earlier agent promised. */
    NO_PRIMARY,
    /** The same, and it lets no primary go on for ttl, nor has it promised that to one. */
    GIVEN
}
