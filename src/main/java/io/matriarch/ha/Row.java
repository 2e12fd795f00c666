package io.matriarch.ha;

import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A row of the transition table: what is seen, and what is done about it.
 *
 * @param name short and unique; logs and traces name it
 * @param when what is seen, for the documentation
 * @param then what is done, for the documentation
 */
record Row(String name, String when, String then, Predicate<Situation> matches, Function<Situation, Decision> decide) {

    static Row row(
            String name, String when, String then, Predicate<Situation> matches, Function<Situation, Decision> decide) {
        return new Row(name, when, then, matches, decide);
    }

    Decision decide(Situation situation) {
        Decision decision = decide.apply(situation);
        return new Decision(decision.action(), decision.memory(), name, decision.line());
    }
}
