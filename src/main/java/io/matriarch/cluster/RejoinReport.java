package io.matriarch.cluster;

/**
 * Where a node is on its way back, and why.
 *
 * @param failures of this way back so far
 */
public record RejoinReport(RejoinStep step, String why, int failures) {}
