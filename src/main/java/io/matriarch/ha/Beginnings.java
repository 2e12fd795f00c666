package io.matriarch.ha;

/**
 * What this node's configuration has it make of an empty data directory while nobody leads.
 *
 * @param bootstrap a new cluster, if none was ever initialised (reference 5.7)
 * @param restore a copy of an existing cluster's data from elsewhere, by a method with no_leader (reference 6.7)
 */
public record Beginnings(boolean bootstrap, boolean restore) {}
