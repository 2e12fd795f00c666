package io.matriarch.doctor;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.doctor.Finding.Level;
import io.matriarch.doctor.MemberReport.Clock;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Clusters to examine: {@code a} leads, {@code b} follows. */
final class Patients {
    static final String LEADER =
            "{\"state\": \"running\", \"role\": \"primary\", \"server_version\": 150018, \"timeline\": 2,"
                    + " \"xlog\": {\"location\": 5000000}, \"patroni\": {\"version\": \"4.0.7\"}}";
    static final String STANDBY =
            "{\"state\": \"running\", \"role\": \"replica\", \"server_version\": 150018, \"timeline\": 2,"
                    + " \"replication_state\": \"streaming\", \"xlog\": {\"received_location\": 5000000, \"replayed_location\": 4000000},"
                    + " \"patroni\": {\"version\": \"4.0.7\"}}";

    private Patients() {}

    static Patient healthy() {
        return of("{}", SyncState.NONE, answering("a", LEADER), answering("b", STANDBY));
    }

    static Patient with(MemberReport... members) {
        return of("{}", SyncState.NONE, members);
    }

    static Patient of(String config, SyncState sync, MemberReport... members) {
        return new Patient(Optional.of(view(config, sync, members)), "", List.of(members));
    }

    static ClusterView view(String config, SyncState sync, MemberReport... members) {
        return new ClusterView(
                Optional.of("7300000000000000001"),
                Optional.of(new DynamicConfiguration(mapping(config), 1)),
                Optional.of(new Leader("a", 1, 1)),
                Status.UNKNOWN,
                List.of(members).stream().map(MemberReport::member).toList(),
                Optional.empty(),
                sync,
                History.EMPTY,
                Map.of());
    }

    static Patient unreadable() {
        return new Patient(Optional.empty(), "nobody answers", List.of());
    }

    static MemberReport answering(String name, String status) {
        return new MemberReport(member(name), Optional.of(mapping(status)), Optional.empty(), "");
    }

    static MemberReport answering(String name, String status, Clock clock) {
        return new MemberReport(member(name), Optional.of(mapping(status)), Optional.of(clock), "");
    }

    static MemberReport silent(String name) {
        return new MemberReport(member(name), Optional.empty(), Optional.empty(), "Connection refused");
    }

    static Member member(String name) {
        String number = name.equals("a") ? "1" : "2";
        return new Member(
                name,
                mapping("{\"conn_url\": \"postgres://10.0.0." + number
                        + ":5432/postgres\", \"api_url\": \"http://10.0.0." + number + ":8008/patroni\"}"),
                1,
                1);
    }

    static Mapping mapping(String json) {
        return (Mapping) Json.parse(json);
    }

    /** {@code LEVEL where: what} of all that isn't well. */
    static List<String> complaints(Check check) {
        return check.findings().stream()
                .filter(finding -> finding.level() != Level.OK)
                .map(finding -> finding.level() + " " + finding.where() + ": " + finding.what())
                .toList();
    }
}
