package io.matriarch.cluster;

/** One thing to do with a replication slot of the local server. */
public sealed interface SlotChange {
    String name();

    /** With its WAL reserved at once. */
    record CreatePhysical(String name) implements SlotChange {}

    /** On a primary. */
    record CreateLogical(String name, SlotKind.Logical kind, boolean failover) implements SlotChange {}

    /** Nobody uses it. */
    record Drop(String name) implements SlotChange {}

    /** A physical slot that is worth nothing as it is: dropped, and made again where the server is now. */
    record Recreate(String name) implements SlotChange {}

    /** A physical slot that holds an old xmin which nobody moves any more: made again without it, its WAL stays reserved. */
    record ReleaseXmin(String name) implements SlotChange {}

    /** The WAL before {@code to} is not needed here any more. */
    record AdvancePhysical(String name, Lsn to) implements SlotChange {}

    /** The changes before {@code to} were consumed from the primary's slot. */
    record AdvanceLogical(String name, String database, Lsn to) implements SlotChange {}
}
