package io.matriarch.doctor;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Member;
import java.util.List;
import java.util.Optional;

/**
 * The cluster as etcd and the members tell it.
 *
 * @param view absent when etcd can't be read
 * @param trouble why not
 */
record Patient(Optional<ClusterView> view, String trouble, List<MemberReport> members) {
    Patient {
        members = List.copyOf(members);
    }

    DynamicConfiguration dynamic() {
        return view.flatMap(ClusterView::config).orElse(DynamicConfiguration.DEFAULTS);
    }

    Optional<MemberReport> leader() {
        return view.flatMap(ClusterView::leader)
                .flatMap(leader -> members.stream()
                        .filter(member -> member.name().equals(leader.name()))
                        .findFirst());
    }

    Optional<Member> leaderMember() {
        return leader().map(MemberReport::member);
    }

    /** All but the one that is called so. */
    List<MemberReport> others(String name) {
        return members.stream().filter(member -> !member.name().equals(name)).toList();
    }
}
