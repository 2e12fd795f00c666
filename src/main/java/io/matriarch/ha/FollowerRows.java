package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Upstream;
import io.matriarch.ha.Observation.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Another node holds the lock (reference 5.9 and 5.11). */
final class FollowerRows {
    /** A standby that was pointed elsewhere needs a moment to stream. */
    private static final Duration STREAMING_PATIENCE = Duration.ofSeconds(2);

    private static final Duration SOON = Duration.ofSeconds(1);

    private FollowerRows() {}

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows.add(row(
                "follower-primary-paused",
                "a primary runs here, maintenance mode",
                "leave it",
                s -> s.primary() && s.paused(),
                s -> s.idle("continue to run as primary without lock")));
        rows.add(row(
                "follower-primary",
                "a primary runs here without the lock",
                "stop it at once",
                Situation::primary,
                s -> s.demoteAtOnce("demoting self because I do not have the lock and I was a leader")));
        rows.add(reinitialize("follower"));
        rows.add(SyncRows.leaving("follower", s -> asked(s) instanceof Request.Restart));
        rows.add(row(
                "follower-restart",
                "a person wants a restart",
                "restart",
                s -> asked(s) instanceof Request.Restart,
                FollowerRows::restart));
        rows.add(row(
                "follower-follow",
                "the standby follows somebody else",
                "point it to its upstream",
                s -> !s.resting()
                        && Upstreams.wanted(s).isPresent()
                        && !s.server().following().equals(Upstreams.wanted(s)),
                s -> s.begin(new Operation.Follow(Upstreams.wanted(s)), following(s))));
        rows.addAll(SlotRows.upkeep("follower"));
        rows.add(SlotRows.copying());
        rows.addAll(Divergences.rows("follower", s -> !s.paused() && !streamsInTime(s)));
        rows.addAll(StuckRows.rows("follower", s -> !s.paused() && !streamsInTime(s)));
        rows.add(row(
                "follower",
                "all is well, as far as can be seen",
                "nothing",
                _ -> true,
                s -> s.memory().notStreamingSince().isPresent() ? s.idle(following(s), SOON) : s.idle(following(s))));
        return rows;
    }

    static Decision restart(Situation s) {
        Optional<Duration> patience =
                asked(s) instanceof Request.Restart(Optional<Duration> seconds) ? seconds : Optional.empty();
        return s.begin(new Operation.Restart(patience), "restart in progress");
    }

    /** Also for a server that is stopped or doesn't answer: it may be broken, which is why a person asks. */
    static Row reinitialize(String prefix) {
        return reinitialize(prefix, _ -> true);
    }

    /** What is wrong with the data here is nothing against it: a person asks for it because of that. */
    static Row reinitialize(String prefix, Predicate<Situation> condition) {
        return row(
                prefix + "-reinitialize",
                "a person wants this node cloned again",
                "clone it again",
                s -> !s.holdsLock()
                        && s.leaderUpstream().isPresent()
                        && asked(s) instanceof Request.Reinitialize
                        && condition.test(s),
                FollowerRows::reinitialize);
    }

    private static Decision reinitialize(Situation s) {
        boolean fromLeader = asked(s) instanceof Request.Reinitialize request && request.fromLeader();
        Optional<Upstream> replica = fromLeader
                ? Optional.empty()
                : EmptyDataRows.replicaToCloneFrom(s).flatMap(Situation::upstream);
        Upstream source = replica.orElseGet(() -> s.leaderUpstream().orElseThrow());
        return s.begin(
                new Operation.Reinitialize(source, replica.isEmpty(), true, "a person asked for it"),
                "reinitialize in progress");
    }

    private static Request asked(Situation s) {
        return s.seen().request().orElse(new Request.Shutdown());
    }

    static boolean streamsInTime(Situation s) {
        return s.seen().tags().nostream()
                || s.memory().notStreamingSince().isEmpty()
                || s.seen().now() - s.memory().notStreamingSince().getAsLong() < STREAMING_PATIENCE.toNanos();
    }

    private static String following(Situation s) {
        return "no action. I am (" + s.self() + "), a secondary, and following a "
                + (s.standbyCluster() ? "standby " : "") + "leader (" + s.leaderName() + ")";
    }
}
