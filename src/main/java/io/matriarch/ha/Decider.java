package io.matriarch.ha;

/** The decision: the first row of the transition table that matches what is seen. */
public final class Decider {
    private final TransitionTable table = new TransitionTable();

    /** Never fails: every part of the table ends with a row that always matches. */
    public Decision decide(Observation observation, Memory memory) {
        Situation situation = new Situation(observation, Recollection.absorb(observation, memory));
        return table.rows().stream()
                .filter(row -> row.matches().test(situation))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no row of the transition table matches"))
                .decide(situation);
    }
}
