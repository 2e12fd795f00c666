package io.matriarch.ha;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** All rows in the order in which they are tried. Each part has a condition of its own and ends with a row that catches the rest. */
final class TransitionTable {
    private final List<Part> parts;
    private final List<Row> rows;

    TransitionTable() {
        this(new SyncRows(new SyncStandbyPlanner(), new QuorumPlanner()));
    }

    TransitionTable(SyncRows synchronous) {
        this.parts = parts(synchronous);
        this.rows = flatten();
    }

    private static List<Part> parts(SyncRows synchronous) {
        return List.of(
                new Part("The watchdog is armed for nothing", WatchdogRows::mustDisarm, WatchdogRows.disarming()),
                new Part("Shutting down", ShutdownRows::applies, ShutdownRows.rows()),
                new Part(
                        "The DCS doesn't confirm the lock, and failsafe mode is on",
                        FailsafeRows::applies,
                        FailsafeRows.rows()),
                new Part("The DCS doesn't answer", s -> !s.dcsAnswers(), UnreachableDcsRows.rows()),
                new Part("A long action is in progress", Situation::operating, OperationRows.rows(synchronous)),
                new Part("Bootstrapping a new cluster", BootstrapRows::applies, BootstrapRows.rows()),
                new Part("No data directory to work with", EmptyDataRows::applies, EmptyDataRows.rows()),
                new Part("A foreign or unregistered data directory", IdentityRows::applies, IdentityRows.rows()),
                new Part(
                        "This node leads a standby cluster, and PostgreSQL is not running",
                        StandbyLeaderRows::isStopped,
                        StandbyLeaderRows.stopped()),
                new Part("PostgreSQL is not running", s -> !s.running(), StoppedRows.rows()),
                new Part(
                        "This node leads, and PostgreSQL starts for longer than primary_start_timeout",
                        Waits::startsTooLong,
                        StartingRows.tooLong()),
                new Part("PostgreSQL doesn't answer", s -> !s.accepting() && !s.primary(), StartingRows.rows()),
                new Part("Nobody leads", Situation::leaderless, LeaderlessRows.rows()),
                new Part("This node leads a standby cluster", StandbyLeaderRows::leads, StandbyLeaderRows.running()),
                new Part("This node leads", Situation::holdsLock, LeaderRows.rows(synchronous)),
                new Part("Another node leads", _ -> true, FollowerRows.rows()));
    }

    /** Every row, guarded by its part's condition. */
    List<Row> rows() {
        return rows;
    }

    List<Part> parts() {
        return parts;
    }

    /** Rows that belong together. */
    record Part(String title, Predicate<Situation> applies, List<Row> rows) {}

    private List<Row> flatten() {
        List<Row> all = new ArrayList<>();
        for (Part part : parts) {
            for (Row row : part.rows()) {
                all.add(new Row(
                        row.name(), row.when(), row.then(), part.applies().and(row.matches()), row.decide()));
            }
        }
        return List.copyOf(all);
    }
}
