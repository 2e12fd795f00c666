package io.matriarch.cluster;

/** What the data directory is. */
public sealed interface DataDirectory {
    /** Missing, or nothing in it but dotfiles and lost+found. */
    record Empty() implements DataDirectory {}

    /** A cluster, but not the one whose postmaster still runs: the directory was moved away or removed beneath that, and filled again. */
    record Replaced() implements DataDirectory {}

    /** There, but it can't be read; never touch it. */
    record Unreadable(String why) implements DataDirectory {}

    /**
     * A cluster.
     *
     * @param recoverySignal standby.signal or recovery.signal is there: it would start as a standby
     */
    record Present(ControlData control, boolean recoverySignal) implements DataDirectory {}
}
