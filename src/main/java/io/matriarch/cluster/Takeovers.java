package io.matriarch.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The last takeovers, newest first, as one member has seen them. Each look at the cluster leads to the next value; nothing else does, so that every member comes to
 * the same result, also while the one that took the request is away.
 *
 * @param leader who led at the last look
 */
public record Takeovers(List<Takeover> recent, Optional<String> leader) {
    public static final Takeovers NONE = new Takeovers(List.of(), Optional.empty());

    private static final int KEPT = 10;
    /** Copies of the DCS may be this old; what one lacks that another had counts as gone only after it. */
    private static final Duration OLDEST_COPY = Duration.ofSeconds(1);

    public Takeovers {
        recent = List.copyOf(recent);
    }

    /** The own server, which this member knows better than its key in the DCS says. */
    public record Own(String name, PostgresState state, Role role) {}

    /** One look at the cluster. */
    public record Look(ClusterView view, Optional<Own> own, Instant at) {
        private Optional<String> leader() {
            return view.leader().map(Leader::name);
        }

        private boolean isIn(String name, PostgresState state) {
            return own.filter(server -> server.name().equals(name))
                    .map(server -> server.state().text())
                    .or(() -> view.member(name).map(Member::state))
                    .filter(state.text()::equals)
                    .isPresent();
        }

        private boolean leads(String name) {
            return isIn(name, PostgresState.RUNNING)
                    && own.filter(server -> server.name().equals(name))
                            .map(Own::role)
                            .or(() -> view.member(name).flatMap(Member::role))
                            .filter(role -> role == Role.PRIMARY || role == Role.STANDBY_LEADER)
                            .isPresent();
        }
    }

    /** What is known after one more look. */
    public Takeovers seen(Look look) {
        Stream<Takeover> known = recent.stream().map(takeover -> next(takeover, look));
        List<Takeover> all = Stream.concat(begun(look).stream().map(begun -> next(begun, look)), known)
                .limit(KEPT)
                .toList();
        return new Takeovers(all, look.leader().or(() -> leader));
    }

    public Optional<Takeover> find(String id) {
        return recent.stream()
                .filter(takeover -> Long.toString(takeover.id()).equals(id))
                .findFirst();
    }

    private Optional<Takeover> begun(Look look) {
        return look.view()
                .failover()
                .filter(request -> recent.stream().allMatch(known -> request.revision() > known.id()))
                .map(request -> begun(request, look));
    }

    private Takeover begun(FailoverRequest request, Look look) {
        Optional<String> before = request.leader()
                .or(() -> leader)
                .or(() -> look.leader().filter(now -> !request.candidate().equals(Optional.of(now))));
        TakeoverPhase phase = request.isScheduled() ? TakeoverPhase.SCHEDULED : TakeoverPhase.REQUESTED;
        Takeover takeover = new Takeover(
                request, before, look.at(), phase, look.at(), Optional.empty(), Optional.empty(), Optional.empty());
        boolean names = leader.isEmpty() || !leader.equals(look.leader()) || leader.equals(before);
        return names ? takeover : takeover.ended(TakeoverPhase.FAILED, "leader name does not match", look.at());
    }

    private static Takeover next(Takeover takeover, Look look) {
        boolean older = look.at().isBefore(takeover.started());
        if (takeover.phase().isLast() || older) {
            return takeover;
        }
        Optional<String> leader = look.leader();
        if (leader.isPresent() && !leader.equals(takeover.before())) {
            return inherited(takeover.inheritedBy(leader.get()), leader.get(), look);
        }
        Optional<FailoverRequest> request = look.view().failover();
        if (request.filter(asked -> asked.revision() > takeover.id()).isPresent()) {
            return takeover.ended(TakeoverPhase.FAILED, "another request took its place", look.at());
        }
        if (leader.isEmpty()) {
            return takeover.in(TakeoverPhase.RELEASED, look.at());
        }
        boolean stands =
                request.filter(asked -> asked.revision() == takeover.id()).isPresent();
        return stands ? further(takeover, leader.get(), look) : gone(takeover, leader.get(), look);
    }

    private static Takeover inherited(Takeover takeover, String heir, Look look) {
        return look.leads(heir)
                ? takeover.ended(
                        TakeoverPhase.DONE,
                        Takeover.outcome(
                                !takeover.request().isSwitchover(),
                                takeover.request().candidate(),
                                heir),
                        look.at())
                : takeover.in(TakeoverPhase.PROMOTING, look.at());
    }

    /** Never back to an earlier phase: an older copy of the DCS may be looked at after a newer one. */
    private static Takeover further(Takeover takeover, String leader, Look look) {
        TakeoverPhase seen = takeover.phase();
        if (look.isIn(leader, PostgresState.STOPPING)) {
            seen = TakeoverPhase.STOPPING;
        } else if (look.isIn(leader, PostgresState.STOPPED)) {
            seen = TakeoverPhase.WAITING_FOR_CANDIDATE;
        }
        return seen.compareTo(takeover.phase()) > 0 ? takeover.in(seen, look.at()) : takeover.found();
    }

    private static Takeover gone(Takeover takeover, String leader, Look look) {
        if (takeover.missingSince().isEmpty()) {
            return takeover.missing(look.at());
        }
        boolean surely =
                Duration.between(takeover.missingSince().get(), look.at()).compareTo(OLDEST_COPY) >= 0;
        return surely ? takeover.ended(TakeoverPhase.FAILED, whyGone(takeover, leader), look.at()) : takeover;
    }

    private static String whyGone(Takeover takeover, String leader) {
        return switch (takeover.phase()) {
            case SCHEDULED -> "the schedule was deleted, or its time passed unused";
            case REQUESTED ->
                "no candidate was ready, or somebody withdrew the request; the log of " + leader + " says more";
            case STOPPING, WAITING_FOR_CANDIDATE ->
                "no candidate has received all WAL of " + leader + ", which goes on as the primary";
            case RELEASED, PROMOTING -> leader + " took the leader lock again";
            case DONE, FAILED, TIMED_OUT -> "";
        };
    }
}
