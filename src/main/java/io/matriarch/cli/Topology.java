package io.matriarch.cli;

import io.matriarch.value.Value.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Members as a tree: the leader first, then who replicates from whom (reference 7.2). */
final class Topology {
    private final List<Mapping> members;
    private final List<MemberRow> rows = new ArrayList<>();

    private Topology(List<Mapping> members) {
        this.members = members;
    }

    /** @param members of the cluster's document */
    static List<MemberRow> sort(List<Mapping> members) {
        Topology topology = new Topology(members);
        Optional<Mapping> leader = members.stream().filter(Topology::leads).findFirst();
        leader.ifPresent(member -> topology.rows.add(new MemberRow(name(member), member)));
        topology.addChildren(leader.map(Topology::name), 1);
        return topology.rows;
    }

    /** Members that name each other as source hang on nobody and would be lost or repeated for ever: they are left out, as Patroni does. */
    private void addChildren(Optional<String> parent, int level) {
        for (Mapping member : members) {
            if (!leads(member) && parent(member).equals(parent)) {
                rows.add(new MemberRow("  ".repeat(level - 1) + "+ " + name(member), member));
                addChildren(Optional.of(name(member)), level + 1);
            }
        }
    }

    private Optional<String> parent(Mapping member) {
        Set<String> replicas = members.stream()
                .filter(other -> !leads(other))
                .map(Topology::name)
                .collect(Collectors.toSet());
        Optional<String> named = member.mapping("tags")
                .text("replicatefrom")
                .filter(source -> !source.equals(name(member)) && replicas.contains(source));
        return named.isPresent()
                ? named
                : members.stream().filter(Topology::leads).findFirst().map(Topology::name);
    }

    private static boolean leads(Mapping member) {
        return member.text("role").filter(role -> role.endsWith("leader")).isPresent();
    }

    private static String name(Mapping member) {
        return member.text("name").orElse("");
    }
}
