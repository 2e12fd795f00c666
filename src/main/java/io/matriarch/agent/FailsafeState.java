package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Member;
import io.matriarch.ha.Failsafe;
import io.matriarch.ha.Pledge;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What this agent promised to others for the time without the DCS, and what it was granted. A promise and a race exclude each other, so all of it changes under one
 * lock. Safe for several threads, never waits. The argument is in docs/failsafe.md.
 */
final class FailsafeState {
    private final Ticker ticker;
    private final long startedAt;
    private Optional<Member> acceptedLeader = Optional.empty();
    private OptionalLong acceptedUntil = OptionalLong.empty();
    private OptionalLong pledgedUntil = OptionalLong.empty();
    private OptionalLong racesUntil = OptionalLong.empty();
    private OptionalLong leadsUntil = OptionalLong.empty();
    private OptionalLong grantedUntil = OptionalLong.empty();
    private OptionalLong pledgesUntil = OptionalLong.empty();
    private final List<Map<String, String>> written = new ArrayList<>();

    FailsafeState(Ticker ticker) {
        this.ticker = ticker;
        this.startedAt = ticker.nanos();
    }

    /** {@code view} was just read, and {@code config} is in effect: what may hold of failsafe_quorum for a primary that is cut off. */
    synchronized void seen(ClusterView view, DynamicConfiguration config) {
        boolean mayGoOn = holds(pledgesUntil) && view.leader().isEmpty();
        if (config.failsafeQuorum() || mayGoOn) {
            pledgesUntil = in(config.ttl().multipliedBy(2));
        }
        if (!written.isEmpty() && written.getLast().equals(view.failsafe())) {
            written.clear();
        }
    }

    /** POST /failsafe: {@code leader} goes on without the DCS, and for {@code ttl} this node won't race. False: it can't promise that. */
    synchronized boolean accept(Member leader, boolean primary, Duration ttl) {
        if (primary || holds(pledgedUntil) || holds(racesUntil) || holds(leadsUntil)) {
            return false;
        }
        acceptedLeader = Optional.of(leader);
        acceptedUntil = in(ttl);
        return true;
    }

    /** POST /failsafe/race: a candidate wants to race, and unless this is refused this node accepts nobody's call for {@code ttl}. */
    synchronized Pledge pledge(boolean primary, Duration ttl) {
        if (primary || holds(leadsUntil) || holds(acceptedUntil)) {
            return Pledge.REFUSED;
        }
        pledgedUntil = in(ttl);
        return isYoung(ttl) ? Pledge.NO_PRIMARY : Pledge.GIVEN;
    }

    /** Before the leader key is taken or kept; says what forbids it. */
    synchronized Optional<String> beginRace(Duration ttl) {
        if (holds(acceptedUntil)) {
            return acceptedLeader.map(leader -> "this node let " + leader.name() + " go on without the DCS");
        }
        racesUntil = in(ttl);
        return Optional.empty();
    }

    synchronized void raceLost() {
        racesUntil = OptionalLong.empty();
        leadsUntil = OptionalLong.empty();
        grantedUntil = OptionalLong.empty();
    }

    /** The DCS confirmed the lock: what was granted without it is over. What was promised since a race that took too long is not. */
    synchronized void leads(OptionalLong until) {
        racesUntil = OptionalLong.empty();
        grantedUntil = OptionalLong.empty();
        leadsUntil = until;
    }

    /** The others accepted: this primary goes on. */
    synchronized void granted(OptionalLong until) {
        grantedUntil = until;
        leadsUntil = until;
    }

    /** This primary goes on with the consent of the others, and the DCS has not confirmed it since. */
    synchronized boolean isGranted() {
        return holds(grantedUntil);
    }

    /** failsafe_mode_is_active: as the one who goes on, or one who accepted it. */
    synchronized boolean isActive() {
        return holds(grantedUntil) || holds(acceptedUntil);
    }

    /** The failsafe key is about to be written: until it is seen there, both may be. */
    synchronized void writing(Map<String, String> members) {
        written.remove(Map.copyOf(members));
        written.add(Map.copyOf(members));
    }

    /** The DCS refused it. */
    synchronized void notWritten(Map<String, String> members) {
        written.remove(Map.copyOf(members));
    }

    /** For the decision. {@code view} is the last one, however old. */
    synchronized Failsafe look(Optional<ClusterView> view, Map<String, Pledge> pledges, Duration ttl) {
        List<Map<String, String>> lists = new ArrayList<>();
        view.map(ClusterView::failsafe).filter(known -> !known.isEmpty()).ifPresent(lists::add);
        written.stream().filter(list -> !lists.contains(list)).toList().forEach(lists::add);
        Set<String> careful = view.stream()
                .flatMap(known -> known.members().stream())
                .filter(Member::collectsPledges)
                .map(Member::name)
                .collect(Collectors.toUnmodifiableSet());
        return new Failsafe(
                lists,
                careful,
                acceptedLeader.filter(_ -> holds(acceptedUntil)),
                isYoung(ttl),
                holds(pledgesUntil),
                pledges);
    }

    /** The body of POST /failsafe, as a member. */
    static Optional<Member> sender(Mapping body) {
        return body.text("name")
                .filter(name -> !name.isEmpty())
                .map(name -> new Member(
                        name,
                        Mapping.empty()
                                .with("conn_url", body.text("conn_url").map(Value.Text::new))
                                .with("api_url", body.text("api_url").map(Value.Text::new))
                                .with("slots", body.mapping("slots")),
                        0,
                        0));
    }

    private boolean isYoung(Duration ttl) {
        return ticker.nanos() - startedAt < ttl.toNanos();
    }

    private boolean holds(OptionalLong until) {
        return until.isPresent() && until.getAsLong() - ticker.nanos() > 0;
    }

    private OptionalLong in(Duration duration) {
        return OptionalLong.of(ticker.nanos() + duration.toNanos());
    }
}
