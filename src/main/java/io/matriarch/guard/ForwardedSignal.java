package io.matriarch.guard;

/** The signals that the guard passes on to the agent (reference 1.3). */
public enum ForwardedSignal {
    HUP(1),
    INT(2),
    QUIT(3),
    USR1(10),
    USR2(12),
    TERM(15);

    private final int number;

    ForwardedSignal(int number) {
        this.number = number;
    }

    /** Linux' number of the signal. */
    public int number() {
        return number;
    }

    /** Whether it asks the agent to end. */
    public boolean asksToStop() {
        return this == TERM || this == INT;
    }
}
