package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.Member;
import io.matriarch.cluster.Role;
import io.matriarch.ha.Action.AcquireLeaderLock;
import io.matriarch.ha.Action.AskFailsafe;
import io.matriarch.ha.Action.AskPledges;
import io.matriarch.ha.Action.PutFailsafe;
import io.matriarch.ha.Action.ReleaseLeaderLock;
import io.matriarch.ha.Action.RenewLeaderLock;
import io.matriarch.ha.Failsafe.Needed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The DCS doesn't confirm the lock, and failsafe mode is on: a primary goes on while the members say that they won't race (reference 5.14; the argument is in
 * docs/failsafe.md).
 */
final class FailsafeRows {
    private static final Duration SLACK = Duration.ofMillis(500);
    private static final Duration SOON = Duration.ofSeconds(1);

    private FailsafeRows() {}

    static boolean applies(Situation s) {
        return asks(s) || goesOn(s);
    }

    static List<Row> rows() {
        return List.of(
                row(
                        "failsafe-ask",
                        "PostgreSQL accepts writes, the lock is due, and this node is in the failsafe key",
                        "ask the members in the failsafe key whether it may go on",
                        FailsafeRows::asks,
                        s -> s.act(question(s))),
                row(
                        "failsafe-go-on",
                        "they accept, all of them or, with failsafe_quorum, enough",
                        "go on",
                        _ -> true,
                        s -> s.idle("continue to run as a leader because failsafe mode is enabled and "
                                + (s.config().failsafeQuorum() ? "enough" : "all") + " members are accessible")));
    }

    /** For the leader: who has to be asked when the DCS is gone. */
    static Row publish(String prefix, Predicate<Situation> applies) {
        return row(
                prefix + "-failsafe",
                "failsafe mode, and the failsafe key doesn't name the members",
                "write it",
                applies.and(s -> s.primary()
                        && s.config().failsafeMode()
                        && !s.tried(PutFailsafe.class)
                        && wanted(s).containsKey(s.self())
                        && !wanted(s).equals(s.view().failsafe())),
                s -> s.act(new PutFailsafe(wanted(s))));
    }

    /** For the race of a primary that the others let go on, when the DCS seems to be back. Nobody else has a lease and no leader key. */
    static Row primaryWaits() {
        return row(
                "race-primary-waits",
                "failsafe mode, a primary runs here with a lease that the others gave it, and the DCS didn't answer",
                "go on, and ask again",
                s -> s.primary() && s.config().failsafeMode() && s.unanswered(AcquireLeaderLock.class) && s.lockLasts(),
                UnreachableDcsRows::hold);
    }

    /** For the race. */
    static Row pledges() {
        return row(
                "race-pledges",
                "a primary might go on without the DCS, because a majority lets it or an earlier agent did",
                "ask the members in the failsafe key to let nobody",
                s -> LeaderRace.verdict(s) instanceof LeaderRace.AskPledges,
                FailsafeRows::askPledges);
    }

    /** For the race. */
    static Row heldBack() {
        return row(
                "race-held-back",
                "a primary may go on without the DCS, as far as can be known",
                "wait",
                s -> LeaderRace.verdict(s) instanceof LeaderRace.HeldBack,
                s -> s.idle("not racing for the leader lock: " + why(FailsafeGate.passage(s)), SOON));
    }

    /** A standby holds the lock that this agent has not taken, or not as far as it knows: what was asked before the lock was taken says nothing any more. */
    static List<Row> unproven() {
        return List.of(
                row(
                        "leader-unproven-ask",
                        "a standby holds a lock that this agent didn't take, and a primary might go on without the DCS",
                        "ask the members in the failsafe key to let nobody",
                        s -> isUnproven(s) && FailsafeGate.passage(s) instanceof FailsafeGate.AskFirst,
                        FailsafeRows::askPledges),
                row(
                        "leader-unproven",
                        "the same, and it may, as far as can be known",
                        "release the lock",
                        s -> isUnproven(s)
                                && FailsafeGate.passage(s) instanceof FailsafeGate.Closed
                                && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(
                                new ReleaseLeaderLock(Optional.empty()),
                                "released the leader lock: " + why(FailsafeGate.passage(s)))),
                row(
                        "leader-unproven-wait",
                        "the same, and the lock could not be released",
                        "promote nothing",
                        s -> isUnproven(s) && FailsafeGate.passage(s) instanceof FailsafeGate.Closed,
                        s -> s.idle("not promoting: " + why(FailsafeGate.passage(s)), SOON)));
    }

    private static boolean isUnproven(Situation s) {
        return s.standby()
                && s.server().role() != Role.PROMOTED
                && !s.operating()
                && s.seen().leaseUntil().isEmpty()
                && !s.tried(RenewLeaderLock.class)
                && FailsafeGate.applies(s);
    }

    private static Decision askPledges(Situation s) {
        return FailsafeGate.passage(s) instanceof FailsafeGate.AskFirst(var members)
                ? s.act(new AskPledges(members))
                : s.idle("not racing for the leader lock", SOON);
    }

    private static String why(FailsafeGate.Passage passage) {
        return passage instanceof FailsafeGate.Closed(String why) ? why : "";
    }

    /** Who is in the sync key must be here, or nobody might be allowed to take over: it comes here before, and goes after. */
    private static Map<String, String> wanted(Situation s) {
        Map<String, String> urls = new TreeMap<>();
        Set<String> synchronous = SyncSituation.members(s.view().sync());
        s.view().failsafe().forEach((name, url) -> {
            if (synchronous.contains(name)) {
                urls.put(name, url);
            }
        });
        for (Member member : s.view().members()) {
            member.apiUrl().ifPresent(url -> urls.put(member.name(), url));
        }
        return urls;
    }

    /** For the leader, before it changes the sync key: the failsafe key names all members. */
    static boolean namesAll(Situation s) {
        return !s.config().failsafeMode()
                || s.view().failsafe().keySet().containsAll(wanted(s).keySet());
    }

    private static boolean concerned(Situation s) {
        boolean unconfirmed =
                !s.dcsAnswers() || s.unanswered(RenewLeaderLock.class) || s.unanswered(AcquireLeaderLock.class);
        return s.config().failsafeMode()
                && !s.paused()
                && unconfirmed
                && (s.primary() || OperationRows.opensForWrites(s))
                && s.seen().leaseUntil().isPresent()
                && isListed(s);
    }

    private static boolean isListed(Situation s) {
        List<Map<String, String>> lists = s.seen().failsafe().lists();
        return !lists.isEmpty() && lists.stream().allMatch(list -> list.containsKey(s.self()));
    }

    /** The loop turns often without the DCS; the others are asked no more often than the DCS would be, but when they refuse, again and again until the lease ends. */
    private static boolean asks(Situation s) {
        return concerned(s) && !s.tried(AskFailsafe.class) && isDue(s);
    }

    private static boolean isDue(Situation s) {
        long confirmedAt =
                s.seen().leaseUntil().orElseThrow() - s.config().ttl().toNanos();
        return s.seen().now() - confirmedAt
                >= s.config().loopWait().minus(SLACK).toNanos();
    }

    private static boolean goesOn(Situation s) {
        return concerned(s) && s.succeeded(AskFailsafe.class) && s.primary() && !s.operating();
    }

    private static AskFailsafe question(Situation s) {
        Map<String, String> urls = new TreeMap<>();
        s.seen().failsafe().lists().forEach(urls::putAll);
        urls.remove(s.self());
        List<Needed> needed = s.seen().failsafe().lists().stream()
                .map(list -> needed(s, list.keySet()))
                .toList();
        return new AskFailsafe(urls, needed);
    }

    /** Everybody; or with failsafe_quorum so many that together with this node they are a majority, and everybody who wouldn't ask a majority before racing. */
    private static Needed needed(Situation s, Set<String> listed) {
        Set<String> others = new TreeSet<>(listed);
        others.remove(s.self());
        if (!s.config().failsafeQuorum()) {
            return new Needed(others, others, others.size());
        }
        Set<String> indispensable = new TreeSet<>(others);
        indispensable.removeAll(s.seen().failsafe().careful());
        return new Needed(others, indispensable, listed.size() / 2);
    }
}
