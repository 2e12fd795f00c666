package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.ha.Action.ReleaseLeaderLock;
import java.util.List;
import java.util.Optional;

/** A node that holds the lock of a standby cluster, from the time of another agent: it can't lead it, and must not be promoted. */
final class StandbyClusterRows {
    private static final String WHY = "this version can't lead a standby cluster";

    private StandbyClusterRows() {}

    static boolean applies(Situation s) {
        return s.config().standbyCluster() && s.holdsLock() && !(s.running() && s.primary());
    }

    static List<Row> rows() {
        return List.of(
                row(
                        "standby-cluster-release",
                        "the cluster is a standby cluster, and this node, no primary, holds its lock",
                        "release the lock",
                        s -> !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(new ReleaseLeaderLock(Optional.empty()), "released leader key, because " + WHY)),
                row(
                        "standby-cluster-wait",
                        "the lock could not be released",
                        "leave everything as it is",
                        _ -> true,
                        s -> s.idle("not promoted, because " + WHY)));
    }
}
