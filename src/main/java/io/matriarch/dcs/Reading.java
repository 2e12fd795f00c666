package io.matriarch.dcs;

import io.matriarch.cluster.ClusterView;

/** The answer to reading the cluster. */
public sealed interface Reading {
    /** The DCS answered. */
    record Known(ClusterView view) implements Reading {}

    /** It didn't, for whatever reason; the cluster may be in any state. */
    record Unavailable(String why) implements Reading {}
}
