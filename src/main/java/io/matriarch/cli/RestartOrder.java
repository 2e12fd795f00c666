package io.matriarch.cli;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Member;
import io.matriarch.config.StandbyMinimum;
import io.matriarch.value.Value.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * In which order members have to be restarted so that parameters which wait for it get their new values: a standby can't start with less than its primary had, so
 * lowered ones need the primary first, raised ones the standbys (reference 2.14).
 */
final class RestartOrder {
    private final Optional<Member> primary;

    RestartOrder(ClusterView view) {
        primary = view.leader()
                .map(Leader::name)
                .flatMap(view::member)
                // the primary that the leader of a standby cluster follows is none of ours
                .filter(leader -> !leader.data().text("role").equals(Optional.of("standby_leader")));
    }

    /** Tells whether a waiting change of a parameter counts. */
    @FunctionalInterface
    private interface Change {
        boolean is(String parameter, String running, String wanted);
    }

    /** As given, but the primary first or last if that matters. When it should be both, it is last: then everybody goes on. */
    List<Member> sorted(List<Member> members) {
        Optional<Member> moved = primary.filter(members::contains);
        boolean last = moved.filter(
                        leader -> !waiting(leader, StandbyMinimum::raises).isEmpty())
                .isPresent();
        boolean first = moved.filter(leader -> !lowered(leader).isEmpty()).isPresent();
        if (!last && !first) {
            return members;
        }
        List<Member> sorted = new ArrayList<>(members);
        sorted.remove(moved.get());
        sorted.add(last ? sorted.size() : 0, moved.get());
        return sorted;
    }

    /** The primary, if it was restarted before {@code member}, which has to know of it before its own restart. */
    Optional<Member> precedes(Member member, List<Member> sorted) {
        return primary.filter(leader -> sorted.indexOf(leader) == 0
                && !leader.equals(member)
                && !loweredOnBoth(leader, member).isEmpty());
    }

    /** What a person has to know who restarts these in this order. */
    Optional<String> advice(List<Member> sorted) {
        return primary.flatMap(leader -> {
            int turn = sorted.contains(leader) ? sorted.indexOf(leader) : sorted.size();
            Set<String> parameters = new TreeSet<>();
            List<String> again = new ArrayList<>();
            sorted.subList(0, turn).forEach(member -> {
                Set<String> both = loweredOnBoth(leader, member);
                if (!both.isEmpty()) {
                    parameters.addAll(both);
                    again.add(member.name());
                }
            });
            String then = sorted.contains(leader)
                    ? "restart " + String.join(", ", again) + " once more afterwards"
                    : "restart the primary " + leader.name() + " first, and then " + String.join(", ", again)
                            + " again";
            return again.isEmpty()
                    ? Optional.empty()
                    : Optional.of("Lowered: " + String.join(", ", parameters)
                            + ". A standby can't start with less than its primary had: " + then);
        });
    }

    private static Set<String> loweredOnBoth(Member leader, Member member) {
        Set<String> both = lowered(member);
        both.retainAll(lowered(leader));
        return both;
    }

    private static Set<String> lowered(Member member) {
        return waiting(member, StandbyMinimum::lowers);
    }

    private static Set<String> waiting(Member member, Change kind) {
        Mapping reasons = member.data().mapping("pending_restart_reason");
        return reasons.entries().keySet().stream()
                .filter(name -> {
                    Mapping values = reasons.mapping(name);
                    return kind.is(
                            name,
                            values.text("old_value").orElse(""),
                            values.text("new_value").orElse(""));
                })
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
