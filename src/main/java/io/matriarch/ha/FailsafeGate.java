package io.matriarch.ha;

import io.matriarch.ha.Action.AskPeers;
import io.matriarch.ha.Action.AskPledges;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether a primary may still go on in failsafe mode without the DCS, so that nobody may race (docs/failsafe.md). What this node itself accepted is not asked here: who
 * was accepted leads, as far as this node sees.
 */
final class FailsafeGate {
    private FailsafeGate() {}

    /** What comes of it. */
    sealed interface Passage {}

    /** No primary goes on. */
    record Open() implements Passage {}

    /** These have to be asked first; name to api_url. */
    record AskFirst(Map<String, String> members) implements Passage {}

    /** One may. */
    record Closed(String why) implements Passage {}

    /** A fresh agent asks also after failsafe mode was turned off: the one before it may have promised something. */
    static boolean applies(Situation s) {
        return !s.view().failsafe().isEmpty() && (isOn(s) || s.seen().failsafe().young());
    }

    private static boolean isOn(Situation s) {
        return s.config().failsafeMode() || s.seen().failsafe().pledgesNeeded();
    }

    /** In failsafe mode also those are asked who are known from the failsafe key only: a primary may go on there. */
    static Set<String> listed(Situation s) {
        Set<String> names = new TreeSet<>(applies(s) ? s.view().failsafe().keySet() : Set.of());
        names.remove(s.self());
        return names;
    }

    static Passage passage(Situation s) {
        Map<String, String> others = new TreeMap<>(s.view().failsafe());
        boolean unasked = others.remove(s.self()) == null && isOn(s);
        boolean proofNeeded = unasked
                || s.seen().failsafe().pledgesNeeded()
                || s.seen().failsafe().young();
        if (!proofNeeded || others.isEmpty()) {
            return new Open();
        }
        return s.tried(AskPledges.class) ? proof(s, others.keySet(), unasked) : new AskFirst(others);
    }

    /** Nobody who isn't a primary becomes one without the lock; and who may let one go on has a member in common with who lets none. */
    private static Passage proof(Situation s, Set<String> others, boolean unasked) {
        if (others.stream().allMatch(name -> s.seen().failsafe().pledgeOf(name) != Pledge.REFUSED)) {
            return new Open();
        }
        if (unasked) { // this node was not, and so a primary may go on without its consent
            return new Closed(
                    "this node is not in the failsafe key, and not everybody in it says that it is no primary");
        }
        if (s.seen().failsafe().young()) {
            return new Closed("this agent has just started, and an earlier one may have let a primary go on without the"
                    + " DCS");
        }
        long given = others.stream()
                .filter(name -> s.seen().failsafe().pledgeOf(name) == Pledge.GIVEN)
                .count();
        return 2 * (given + 1) >= others.size() + 1
                ? new Open()
                : new Closed("a majority may let another primary go on without the DCS, " + given + " of "
                        + others.size() + " others pledged that they don't");
    }

    /** The members' positions count only as they are after the proof: until then a primary may have gone on, and they may have acknowledged its commits. */
    static Optional<Set<String>> toAskAgain(Situation s) {
        List<Action> done = s.seen().outcomes().stream().map(Outcome::action).toList();
        int asked = lastOf(done, AskPeers.class);
        boolean old = asked >= 0 && asked < lastOf(done, AskPledges.class);
        return old && done.get(asked) instanceof AskPeers question ? Optional.of(question.members()) : Optional.empty();
    }

    private static int lastOf(List<Action> done, Class<? extends Action> kind) {
        for (int i = done.size() - 1; i >= 0; i--) {
            if (kind.isInstance(done.get(i))) {
                return i;
            }
        }
        return -1;
    }
}
