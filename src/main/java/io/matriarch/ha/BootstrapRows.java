package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.Operation;
import io.matriarch.ha.Action.DeleteInitialize;
import io.matriarch.ha.Action.Exit;
import io.matriarch.ha.Action.PutConfig;
import io.matriarch.ha.Action.RegisterBootstrap;
import io.matriarch.ha.Action.TakeLeaderLock;
import io.matriarch.ha.Memory.Bootstrap;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** This node won the race for the initialize key: finish what it began, or undo it (reference 5.7). */
final class BootstrapRows {
    private static final Duration SOON = Duration.ofSeconds(1);

    private BootstrapRows() {}

    static boolean applies(Situation s) {
        return s.memory().bootstrap() != Bootstrap.NONE;
    }

    static List<Row> rows() {
        return List.of(
                row(
                        "bootstrap-overtaken",
                        "another node has initialised the cluster, when etcd was away for longer than the lease",
                        "set the data directory aside",
                        s -> s.memory().bootstrap() == Bootstrap.CREATED && s.refused(RegisterBootstrap.class),
                        s -> s.remembering(s.memory().withBootstrap(Bootstrap.OVERTAKEN))
                                .begin(
                                        new Operation.DiscardFailedBootstrap(),
                                        "another node has initialised the cluster meanwhile; setting aside what was made"
                                                + " here")),
                row(
                        "bootstrap-undo",
                        "it failed, or PostgreSQL died before the DCS knew of it",
                        "set the data directory aside",
                        s -> failed(s) && !discarded(s),
                        s -> s.remembering(
                                        s.memory().withBootstrap(overtaken(s) ? Bootstrap.OVERTAKEN : Bootstrap.FAILED))
                                .begin(new Operation.DiscardFailedBootstrap(), "failed to bootstrap the cluster")),
                row(
                        "bootstrap-let-others",
                        "set aside",
                        "delete the initialize key, so that another node can try",
                        s -> failed(s) && !overtaken(s) && !s.tried(DeleteInitialize.class),
                        s -> s.act(new DeleteInitialize())),
                row(
                        "bootstrap-give-up",
                        "the others may try",
                        "exit",
                        BootstrapRows::failed,
                        s -> s.act(new Exit(1), "failed to bootstrap the cluster; see the messages above")),
                row(
                        "bootstrap-start-standby-leader",
                        "the remote primary's data are here",
                        "start as a standby of it",
                        s -> s.memory().bootstrap() == Bootstrap.CLONED,
                        s -> s.begin(
                                new Operation.Start(
                                        Operation.Start.As.REPLICA,
                                        s.remote(),
                                        "starting as a standby leader",
                                        Optional.empty()),
                                "starting as a standby leader")),
                row(
                        "bootstrap-register",
                        "PostgreSQL is ready",
                        "store the system identifier",
                        s -> !s.tried(RegisterBootstrap.class) && s.control().isPresent(),
                        s -> s.act(
                                new RegisterBootstrap(s.control().orElseThrow().systemIdentifier()))),
                row(
                        "bootstrap-configure",
                        "the identifier is stored",
                        "store the dynamic configuration of the local file",
                        s -> s.succeeded(RegisterBootstrap.class) && !s.tried(PutConfig.class),
                        s -> s.act(new PutConfig())),
                row(
                        "bootstrap-lead",
                        "the configuration is stored",
                        "take the leader key",
                        s -> s.succeeded(PutConfig.class) && !s.tried(TakeLeaderLock.class),
                        s -> s.act(new TakeLeaderLock())),
                row(
                        "bootstrap-done",
                        "the leader key is ours",
                        "go on as a leader",
                        s -> s.succeeded(TakeLeaderLock.class),
                        s -> s.remembering(s.memory().withBootstrap(Bootstrap.NONE))
                                .idle("initialized a new cluster", SOON)),
                row(
                        "bootstrap-retry",
                        "the DCS didn't take one of these",
                        "try again soon",
                        _ -> true,
                        s -> s.idle("bootstrap in progress", SOON)));
    }

    static boolean failed(Situation s) {
        return s.memory().bootstrap() == Bootstrap.FAILED
                || overtaken(s)
                || (s.memory().bootstrap() == Bootstrap.CREATED && !s.running());
    }

    /** What is in the initialize key is another node's. */
    static boolean overtaken(Situation s) {
        return s.memory().bootstrap() == Bootstrap.OVERTAKEN;
    }

    static boolean discarded(Situation s) {
        return s.server()
                .finished()
                .filter(finished -> finished.operation() instanceof Operation.DiscardFailedBootstrap)
                .isPresent();
    }
}
