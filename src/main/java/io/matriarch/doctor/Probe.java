package io.matriarch.doctor;

import io.matriarch.postgres.Inquiry.Answer;
import java.util.function.Function;

/**
 * One server that can be asked.
 *
 * @param where whose it is
 * @param ask sends one statement
 */
record Probe(String where, Function<String, Answer> ask) {
    Answer answer(String sql) {
        return ask.apply(sql);
    }
}
