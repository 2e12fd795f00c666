package io.matriarch.ha;

import java.util.Optional;

/**
 * What to do, what to remember, and what to tell.
 *
 * @param row the row of the transition table that matched
 * @param line the loop's result line for people (reference 5.4); the last one of a cycle is logged
 */
public record Decision(Action action, Memory memory, String row, Optional<String> line) {}
