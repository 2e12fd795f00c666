package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.ControlData;
import io.matriarch.ha.Action.Exit;
import io.matriarch.ha.Action.PutConfig;
import io.matriarch.ha.Action.PutInitialize;
import io.matriarch.ha.Action.ReleaseLeaderLock;
import java.util.List;
import java.util.Optional;

/** Whose data this is: the system identifier here and in the DCS (reference 5.3 steps 5 and 10). */
final class IdentityRows {
    private IdentityRows() {}

    static boolean applies(Situation s) {
        boolean readable = s.control().isPresent(); // of a running server it may be unreadable for a moment
        return invalid(s) || (readable && (foreign(s) || unregistered(s))) || missingConfig(s);
    }

    static List<Row> rows() {
        return List.of(
                FollowerRows.reinitialize("identity", IdentityRows::invalid),
                row(
                        "identity-invalid",
                        "pg_control has no system identifier",
                        "touch nothing",
                        IdentityRows::invalid,
                        s -> s.idle("data dir for the cluster is not empty, but system ID is invalid;"
                                + " consider doing reinitialize")),
                row(
                        "identity-foreign-lock",
                        "another cluster's data, maintenance mode, and the lock is ours",
                        "release it",
                        s -> foreign(s) && s.paused() && s.holdsLock() && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(new ReleaseLeaderLock(Optional.empty()), mismatch(s))),
                row(
                        "identity-foreign-paused",
                        "another cluster's data, maintenance mode",
                        "wait",
                        s -> foreign(s) && s.paused(),
                        s -> s.idle(mismatch(s))),
                row(
                        "identity-foreign",
                        "another cluster's data",
                        "exit and leave the data alone",
                        IdentityRows::foreign,
                        s -> s.act(new Exit(1), mismatch(s))),
                row(
                        "identity-register",
                        "the DCS doesn't know the cluster, and this node leads it or nobody does",
                        "store the system identifier",
                        s -> s.control().isPresent() && unregistered(s),
                        s -> s.act(new PutInitialize(identifier(s)))),
                row(
                        "identity-configure",
                        "the dynamic configuration is missing, and this node leads",
                        "write it back",
                        _ -> true,
                        s -> s.act(new PutConfig())));
    }

    private static boolean invalid(Situation s) {
        return s.control().isPresent() && identifier(s).length() < 10;
    }

    private static boolean foreign(Situation s) {
        return s.control().isPresent()
                && s.view()
                        .systemIdentifier()
                        .filter(registered -> !registered.equals(identifier(s)))
                        .isPresent();
    }

    /** Never by a running standby: its primary may be elsewhere (reference section 9, case 36). */
    private static boolean unregistered(Situation s) {
        boolean mayRegister = s.holdsLock()
                || (s.leaderless() && !s.paused() && s.view().initialize().isEmpty() && !s.standby());
        return s.view().systemIdentifier().isEmpty() && mayRegister && !s.tried(PutInitialize.class);
    }

    private static boolean missingConfig(Situation s) {
        return s.holdsLock() && s.view().config().isEmpty() && !s.tried(PutConfig.class);
    }

    private static String identifier(Situation s) {
        return s.control().map(ControlData::systemIdentifier).orElse("");
    }

    private static String mismatch(Situation s) {
        return "system ID mismatch, node %s belongs to a different cluster: %s != %s"
                .formatted(s.self(), s.view().systemIdentifier().orElse(""), identifier(s));
    }
}
