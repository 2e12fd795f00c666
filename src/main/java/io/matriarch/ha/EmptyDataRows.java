package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Upstream;
import io.matriarch.ha.Action.CreateInitialize;
import io.matriarch.ha.Action.ReleaseLeaderLock;
import io.matriarch.ha.Memory.Bootstrap;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** No data directory to work with (reference 5.3 step 10, and 5.7). */
final class EmptyDataRows {
    private static final Duration SOON = Duration.ofSeconds(1);

    private EmptyDataRows() {}

    /** A server that runs is judged by what it answers, though its directory can't be read at the moment. */
    static boolean applies(Situation s) {
        return s.data().isEmpty() && !(unreadable(s) && s.running());
    }

    static List<Row> rows() {
        return List.of(
                row(
                        "empty-orphan-paused",
                        "a postmaster still runs on what was there, maintenance mode",
                        "leave it alone",
                        s -> s.running() && s.paused(),
                        s -> s.idle("PostgreSQL runs, but its data directory " + whatHappened(s)
                                + "; maintenance mode, nothing is done")),
                row(
                        "empty-orphan",
                        "a postmaster still runs on what was there",
                        "stop it at once",
                        Situation::running,
                        s -> s.begin(
                                new Operation.Stop(
                                        Operation.Stop.Mode.IMMEDIATE, false, "stopping an orphaned postmaster"),
                                "stopping PostgreSQL because its data directory " + whatHappened(s))),
                row(
                        "empty-release",
                        "the lock is ours",
                        "release it, so that somebody with data takes over",
                        s -> s.holdsLock() && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(
                                new ReleaseLeaderLock(Optional.empty()),
                                "released leader key voluntarily as data dir "
                                        + (unreadable(s) ? "not accessible" : "empty") + " and currently leader")),
                // an empty one is cloned anyhow, but in maintenance mode
                FollowerRows.reinitialize("empty", s -> unreadable(s) || s.paused()),
                row(
                        "empty-unreadable",
                        "the directory is there but can't be read",
                        "touch nothing",
                        EmptyDataRows::unreadable,
                        s -> s.idle("data directory is not accessible: " + whyUnreadable(s))),
                row(
                        "empty-paused",
                        "maintenance mode",
                        "wait",
                        Situation::paused,
                        s -> s.idle("running with empty data directory")),
                row(
                        "empty-resting",
                        "the last try failed a moment ago",
                        "wait",
                        Situation::resting,
                        s -> s.idle("waiting to try again after a failure: " + lastFailure(s), SOON)),
                row(
                        "empty-race",
                        "nobody leads, and nobody initialised the cluster as far as is known",
                        "race for the initialize key; won also if it was taken here before, and the answer got lost",
                        s -> mayBootstrap(s) && !s.tried(CreateInitialize.class),
                        s -> s.act(new CreateInitialize())),
                row(
                        "empty-bootstrap",
                        "the race is won",
                        "bootstrap",
                        s -> s.succeeded(CreateInitialize.class),
                        EmptyDataRows::bootstrap),
                row(
                        "empty-race-lost",
                        "the race is lost",
                        "wait",
                        s -> s.tried(CreateInitialize.class)
                                && s.view().initialize().isEmpty(),
                        s -> s.idle("failed to acquire initialize lock", SOON)),
                row(
                        "empty-clone",
                        "somebody leads",
                        "clone from a clonefrom member, else from the leader",
                        s -> s.anotherLeads() && s.leaderUpstream().isPresent(),
                        EmptyDataRows::cloneFromSomebody),
                row(
                        "empty-restore",
                        "nobody leads the cluster, which exists, and a method of create_replica_methods needs no leader",
                        "restore the data by it",
                        s -> s.leaderless()
                                && s.view()
                                        .initialize()
                                        .filter(key -> !key.isEmpty())
                                        .isPresent()
                                && s.seen().beginnings().restore(),
                        EmptyDataRows::restore),
                row(
                        "empty-wait",
                        "anything else",
                        "wait",
                        _ -> true,
                        s -> s.idle(
                                "waiting for " + (s.standbyCluster() ? "standby_" : "") + "leader to bootstrap"
                                        + whyNotHere(s),
                                SOON)));
    }

    /** A new cluster; in a standby cluster a copy of the remote primary's. */
    private static Decision bootstrap(Situation s) {
        Situation bootstrapping = s.remembering(s.memory().withBootstrap(Bootstrap.RUNNING));
        return s.remote()
                .map(remote -> bootstrapping.begin(
                        new Operation.Clone(remote, true), "trying to bootstrap a new standby leader"))
                .orElseGet(() -> bootstrapping.begin(new Operation.Bootstrap(), "trying to bootstrap a new cluster"));
    }

    private static boolean mayBootstrap(Situation s) {
        return s.leaderless()
                && s.view().systemIdentifier().isEmpty()
                && s.seen().beginnings().bootstrap()
                && !s.seen().tags().nofailover();
    }

    private static String whyNotHere(Situation s) {
        return s.leaderless() && !s.seen().beginnings().bootstrap()
                ? " (this node won't: its configuration has no section bootstrap)"
                : "";
    }

    private static Decision restore(Situation s) {
        Operation.Clone restore = new Operation.Clone(Upstream.elsewhere(), false);
        return s.begin(restore, "trying to " + restore.title());
    }

    private static Decision cloneFromSomebody(Situation s) {
        Optional<Operation.Clone> fromReplica = replicaToCloneFrom(s)
                .flatMap(Situation::upstream)
                .map(upstream -> new Operation.Clone(upstream, false));
        Operation.Clone clone = fromReplica.orElseGet(
                () -> new Operation.Clone(s.leaderUpstream().orElseThrow(), true));
        return s.begin(clone, "trying to " + clone.title());
    }

    /** A running clonefrom member; different nodes prefer different ones. */
    static Optional<Member> replicaToCloneFrom(Situation s) {
        return s.view().members().stream()
                .filter(member -> member.tags().clonefrom()
                        && member.isRunning()
                        && !member.name().equals(s.self())
                        && !member.name().equals(s.leaderName()))
                .min(Comparator.comparingInt(member -> (member.name() + s.self()).hashCode()));
    }

    private static String whatHappened(Situation s) {
        return s.server().dataDirectory() instanceof DataDirectory.Replaced
                ? "was replaced"
                : "is gone, or holds no whole cluster";
    }

    private static boolean unreadable(Situation s) {
        return s.server().dataDirectory() instanceof DataDirectory.Unreadable;
    }

    private static String whyUnreadable(Situation s) {
        return s.server().dataDirectory() instanceof DataDirectory.Unreadable(String why) ? why : "";
    }

    static String lastFailure(Situation s) {
        return s.server()
                .finished()
                .map(finished -> finished.result() instanceof io.matriarch.cluster.OperationResult.Failed(String why)
                        ? why
                        : finished.operation().title())
                .orElse("");
    }
}
