package io.matriarch.cluster;

/** Which Patroni this is a drop-in for: what members publish in their key and what the API and patronictl answer (reference 3.8). */
public final class CompatibleVersion {
    /** Three numbers; other members compare it, so it must never be below 4.0.0. */
    public static final String PATRONI = "4.1.4";

    private CompatibleVersion() {}
}
