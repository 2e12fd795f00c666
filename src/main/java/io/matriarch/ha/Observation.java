package io.matriarch.ha;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Everything a decision depends on.
 *
 * @param beginnings what this node may begin with without a leader
 * @param now monotonic, nanoseconds
 * @param wallClock for schedules only
 * @param cluster what the DCS says; absent when it can't be read
 * @param config the dynamic configuration in effect: the DCS's, or the last known valid one
 * @param leaseUntil monotonic moment until which the leader key is surely ours; absent when it is not, or the last renewal failed
 * @param server the local PostgreSQL
 * @param peers the answers to the last {@link Action.AskPeers} of this cycle, by member name
 * @param outcomes what was done in this cycle, oldest first
 * @param watchdog the kernel watchdog
 * @param request what a person or a signal asks of this node
 * @param failsafe what this node knows for the time without the DCS
 * @param ability whether the local PostgreSQL can write
 */
public record Observation(
        String self,
        Tags tags,
        Beginnings beginnings,
        long now,
        Instant wallClock,
        Optional<ClusterView> cluster,
        DynamicConfiguration config,
        OptionalLong leaseUntil,
        ServerStatus server,
        Map<String, PeerReply> peers,
        List<Outcome> outcomes,
        WatchdogState watchdog,
        Optional<Request> request,
        Failsafe failsafe,
        Ability ability) {

    public Observation {
        peers = Map.copyOf(peers);
        outcomes = List.copyOf(outcomes);
    }

    /** Without anything that concerns failsafe mode, and of a server that can write as far as is known. */
    public Observation(
            String self,
            Tags tags,
            Beginnings beginnings,
            long now,
            Instant wallClock,
            Optional<ClusterView> cluster,
            DynamicConfiguration config,
            OptionalLong leaseUntil,
            ServerStatus server,
            Map<String, PeerReply> peers,
            List<Outcome> outcomes,
            WatchdogState watchdog,
            Optional<Request> request) {
        this(
                self,
                tags,
                beginnings,
                now,
                wallClock,
                cluster,
                config,
                leaseUntil,
                server,
                peers,
                outcomes,
                watchdog,
                request,
                Failsafe.NONE,
                Ability.UNKNOWN);
    }

    /** Asked of this node by REST, a schedule or a signal; it stays until the decision has begun or refused it. */
    public sealed interface Request {
        /** SIGTERM: hand over and stop. */
        record Shutdown() implements Request {}

        /** POST /restart, its conditions checked already. */
        record Restart(Optional<Duration> patience) implements Request {}

        /** POST /reinitialize. */
        record Reinitialize(boolean force, boolean fromLeader) implements Request {}
    }

    /**
     * The same, as this node has to see it: whose call to go on without the DCS it accepted leads while the DCS names nobody. Not for a primary, which accepts nobody's.
     */
    public Observation trusting() {
        Optional<ClusterView> trusted = cluster.filter(view -> view.leader().isEmpty() && !server.isPrimary())
                .flatMap(view -> failsafe.accepted().map(view::ledBy));
        return trusted.isEmpty()
                ? this
                : new Observation(
                        self,
                        tags,
                        beginnings,
                        now,
                        wallClock,
                        trusted,
                        config,
                        leaseUntil,
                        server,
                        peers,
                        outcomes,
                        watchdog,
                        request,
                        failsafe,
                        ability);
    }

    /** The outcome of the latest action of this kind in this cycle. */
    public Optional<Outcome.Result> outcomeOf(Class<? extends Action> kind) {
        return outcomes.stream()
                .filter(outcome -> kind.isInstance(outcome.action()))
                .reduce((_, later) -> later)
                .map(Outcome::result);
    }
}
