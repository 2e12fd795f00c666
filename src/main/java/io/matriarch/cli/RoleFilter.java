package io.matriarch.cli;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.TypeConversionException;

/** Which members a command is about (reference 7.1). */
enum RoleFilter {
    LEADER,
    PRIMARY,
    STANDBY_LEADER,
    REPLICA,
    STANDBY,
    ANY;

    /** @throws TypeConversionException if {@code text} is no role */
    static RoleFilter parse(String text) {
        return Arrays.stream(values())
                .filter(role -> role.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is not one of "
                        + Arrays.stream(values())
                                .map(role -> "'" + role.text() + "'")
                                .collect(Collectors.joining(", "))
                        + "."));
    }

    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The members with this role, sorted by name. */
    List<Member> members(ClusterView view) {
        return switch (this) {
            case LEADER -> view.leaderMember().stream().toList();
            case PRIMARY ->
                view.leaderMember().filter(leader -> !leadsStandbys(leader)).stream()
                        .toList();
            case STANDBY_LEADER ->
                view
                        .leaderMember()
                        .filter(leader ->
                                leader.role().filter(Role.PRIMARY::equals).isEmpty())
                        .stream()
                        .toList();
            case REPLICA, STANDBY ->
                view.members().stream()
                        .filter(member -> !view.leads(member.name()))
                        .toList();
            case ANY -> view.members();
        };
    }

    private static boolean leadsStandbys(Member leader) {
        return leader.role().filter(Role.STANDBY_LEADER::equals).isPresent();
    }
}
