package io.matriarch.cli;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.FailoverRequest;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds clusters for tests: {@code new Clusters().leader("pg-0").member("pg-0", "{...}").view()}. */
final class Clusters {
    private Optional<String> initialize = Optional.of("7711390513889600592");
    private Optional<DynamicConfiguration> config = Optional.of(DynamicConfiguration.DEFAULTS);
    private Optional<Leader> leader = Optional.empty();
    private Lsn optime = Lsn.parse("0/3000220");
    private final List<Member> members = new ArrayList<>();
    private Optional<FailoverRequest> failover = Optional.empty();
    private SyncState sync = SyncState.NONE;
    private History history = History.EMPTY;

    /** pg-0 leads, pg-1 and pg-2 stream. */
    static Clusters three() {
        return new Clusters()
                .leader("pg-0")
                .member("pg-0", fields(5430, "primary", ""))
                .member("pg-1", fields(5431, "replica", streaming()))
                .member("pg-2", fields(5432, "replica", streaming()));
    }

    static String streaming() {
        return """
               ,"replication_state":"streaming","receive_lsn":50332192,"replay_lsn":50332192,"xlog_location":50332192""";
    }

    /** The fields that every member has, and more of them. */
    static String fields(int port, String role, String more) {
        return """
               {"conn_url":"postgres://127.0.0.1:%d/postgres","api_url":"http://127.0.0.1:%d/patroni","state":"running",\
               "role":"%s","version":"4.1.4","timeline":1%s}""".formatted(port, port + 3000, role, more);
    }

    Clusters initialize(Optional<String> text) {
        initialize = text;
        return this;
    }

    Clusters config(String json) {
        config = Optional.of(new DynamicConfiguration((Mapping) Json.parse(json), 11));
        return this;
    }

    Clusters withoutConfig() {
        config = Optional.empty();
        return this;
    }

    Clusters leader(String name) {
        leader = Optional.of(new Leader(name, 12, 1));
        return this;
    }

    Clusters optime(String lsn) {
        optime = Lsn.parse(lsn);
        return this;
    }

    Clusters member(String name, String json) {
        return member(name, json, 13);
    }

    Clusters member(String name, String json, long revision) {
        members.add(new Member(name, (Mapping) Json.parse(json), revision, 1));
        return this;
    }

    Clusters scheduled(String from, String to, String at) {
        failover = Optional.of(new FailoverRequest(Optional.of(from), Optional.of(to), Optional.of(at), 14));
        return this;
    }

    Clusters synchronous(String primary, List<String> standbys) {
        sync = new SyncState(Optional.of(primary), 0, standbys, 15);
        return this;
    }

    Clusters history(History.Entry... entries) {
        history = new History(List.of(entries));
        return this;
    }

    ClusterView view() {
        return new ClusterView(
                initialize,
                config,
                leader,
                new Status(optime, Map.of(), List.of()),
                members,
                failover,
                sync,
                history,
                Map.of());
    }
}
