package io.matriarch.ha;

import java.util.List;

/** The decision: the first row of the transition table that matches what is seen. */
public final class Decider {
    private final List<Row> rows;

    public Decider() {
        this(new TransitionTable().rows());
    }

    private Decider(List<Row> rows) {
        this.rows = rows;
    }

    /** A decider with a hole: for the test that shows that the simulator finds one. */
    public static Decider without(String row) {
        return new Decider(new TransitionTable()
                .rows().stream().filter(each -> !each.name().equals(row)).toList());
    }

    /** Never fails: every part of the table ends with a row that always matches. */
    public Decision decide(Observation observation, Memory memory) {
        Observation seen = observation.trusting();
        Situation situation = new Situation(seen, Recollection.absorb(seen, memory));
        return rows.stream()
                .filter(row -> row.matches().test(situation))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no row of the transition table matches"))
                .decide(situation);
    }
}
