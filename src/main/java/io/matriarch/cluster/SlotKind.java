package io.matriarch.cluster;

/** What a replication slot serves. */
public sealed interface SlotKind {
    /** A standby or pg_receivewal. */
    record Physical() implements SlotKind {}

    /** A consumer of decoded changes of one database. */
    record Logical(String database, String plugin) implements SlotKind {}
}
