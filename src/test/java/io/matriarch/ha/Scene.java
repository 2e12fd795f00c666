package io.matriarch.ha;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.FailoverRequest;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.Tags;
import io.matriarch.cluster.Upstream;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What node {@code a} of a cluster of three sees, for tests of single decisions. As made, {@code b} leads and {@code a} streams from it. */
final class Scene {
    private final Decider decider = new Decider();
    private final List<Member> members = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private Memory memory = Memory.INITIAL;
    private long now = Duration.ofHours(1).toNanos();
    private Mapping config = Mapping.empty().with("ttl", 30).with("member_slots_ttl", 0);
    private Mapping tags = Mapping.empty();
    private Optional<String> leader = Optional.of("b");
    private Optional<FailoverRequest> failover = Optional.empty();
    private Optional<Observation.Request> asked = Optional.empty();
    private Optional<ServerStatus.Finished> ended = Optional.empty();
    private Map<String, PeerReply> peers = Map.of();
    private SyncState sync = SyncState.NONE;
    private boolean restores;
    private Optional<String> initialize = Optional.of("7711371126323781949");
    private boolean alive = true;
    private boolean answers = true;
    private boolean inRecovery = true;
    private long position = 100;
    private Optional<String> replication = Optional.of("streaming");
    private Optional<Upstream> following = Optional.of(upstream("b"));
    private boolean silent;
    private String identifier = "7711371126323781949";
    private Optional<String> controlState = Optional.empty();
    private Optional<DataDirectory> otherDirectory = Optional.empty();

    Scene() {
        for (String name : List.of("a", "b", "c")) {
            members.add(member(name, "{}"));
        }
    }

    static Upstream upstream(String member) {
        return new Upstream(member, "postgres://" + member + ":5432/postgres");
    }

    private static Member member(String name, String tags) {
        Mapping data = (Mapping) Json.parse("""
                {"conn_url":"postgres://%s:5432/postgres","api_url":"http://%s:8008/patroni","state":"running",
                 "role":"primary","timeline":1,"tags":%s}""".formatted(name, name, tags));
        return new Member(name, data, 3, 4);
    }

    Scene config(String json) {
        config = config.patchedWith((Mapping) Json.parse(json));
        return this;
    }

    /** Of this node. */
    Scene tags(String json) {
        tags = (Mapping) Json.parse(json);
        return tags("a", json);
    }

    Scene tags(String name, String json) {
        members.removeIf(each -> each.name().equals(name));
        members.add(member(name, json));
        return this;
    }

    Scene ledBy(String name) {
        leader = Optional.of(name).filter(given -> !given.isEmpty());
        return this;
    }

    Scene failover(String from, String to) {
        failover = Optional.of(new FailoverRequest(
                Optional.of(from).filter(name -> !name.isEmpty()), Optional.of(to), Optional.empty(), 7));
        return this;
    }

    /** The key that an ordinary cluster had. */
    Scene sync(SyncState key) {
        sync = key;
        return this;
    }

    Scene withoutFailover() {
        failover = Optional.empty();
        return this;
    }

    Scene peers(PeerReply... replies) {
        peers = java.util.Arrays.stream(replies)
                .collect(java.util.stream.Collectors.toMap(PeerReply::member, reply -> reply));
        return this;
    }

    static PeerReply standby(String name, long position) {
        return new PeerReply(name, true, false, new Lsn(position), true, OptionalInt.of(1), Tags.NONE, false);
    }

    Scene primary() {
        inRecovery = false;
        following = Optional.empty();
        return this;
    }

    Scene notStreaming() {
        replication = Optional.empty();
        return this;
    }

    Scene following(Optional<Upstream> upstream) {
        following = upstream;
        return this;
    }

    Scene stopped() {
        alive = false;
        answers = false;
        return this;
    }

    /** No data directory, and no server on it. */
    Scene empty() {
        otherDirectory = Optional.of(new DataDirectory.Empty());
        return stopped();
    }

    /** A method of create_replica_methods needs no leader. */
    Scene restores() {
        restores = true;
        return this;
    }

    Scene initialize(Optional<String> key) {
        initialize = key;
        return this;
    }

    Scene starting() {
        alive = true;
        answers = false;
        return this;
    }

    /** It runs, and doesn't answer any more. */
    Scene silent() {
        silent = true;
        answers = false;
        return this;
    }

    /** The postmaster is gone, and pg_control says this of the server. */
    Scene died(String clusterState) {
        controlState = Optional.of(clusterState);
        return stopped();
    }

    /** Data of another cluster than the one in the DCS. */
    Scene ofCluster(String systemIdentifier) {
        identifier = systemIdentifier;
        return this;
    }

    /** Instead of a cluster's. */
    Scene dataDirectory(DataDirectory other) {
        otherDirectory = Optional.of(other);
        return this;
    }

    /** The last operation, and what came of it. */
    Scene ended(Operation operation, OperationResult result) {
        ended = Optional.of(new ServerStatus.Finished(1, operation, result));
        return this;
    }

    /** A person asked this node. */
    Scene asked(Observation.Request request) {
        asked = Optional.of(request);
        return this;
    }

    Scene at(long bytes) {
        position = bytes;
        return this;
    }

    Scene later(Duration time) {
        now += time.toNanos();
        outcomes.clear();
        return this;
    }

    /** It was done in this cycle, and went well. */
    Scene done(Action action) {
        outcomes.add(new Outcome(action, new Outcome.Result.Done()));
        return this;
    }

    /** The other side said no. */
    Scene refused(Action action) {
        outcomes.add(new Outcome(action, new Outcome.Result.Refused("by the test")));
        return this;
    }

    Scene remembering(Memory changed) {
        memory = changed;
        return this;
    }

    Decision decide() {
        Decision decision = decider.decide(observation(), memory);
        memory = decision.memory();
        return decision;
    }

    private Observation observation() {
        DynamicConfiguration dynamic = new DynamicConfiguration(config, 5);
        return new Observation(
                "a",
                new Tags(tags),
                new Beginnings(true, restores),
                now,
                Instant.EPOCH,
                Optional.of(new ClusterView(
                        initialize,
                        Optional.of(dynamic),
                        leader.map(name -> new Leader(name, 10, 20)),
                        new Status(new Lsn(100), Map.of(), List.of()),
                        members,
                        failover,
                        sync,
                        History.EMPTY,
                        Map.of())),
                dynamic,
                leader.filter("a"::equals).isPresent()
                        ? OptionalLong.of(now + Duration.ofSeconds(29).toNanos())
                        : OptionalLong.empty(),
                server(),
                peers,
                outcomes,
                WatchdogState.OFF,
                asked);
    }

    private ServerStatus server() {
        String state = alive
                ? (inRecovery ? "in archive recovery" : "in production")
                : (inRecovery ? "shut down in recovery" : "shut down");
        return new ServerStatus(
                otherDirectory.orElse(new DataDirectory.Present(
                        new ControlData(identifier, controlState.orElse(state), new Lsn(position), 1), inRecovery)),
                alive,
                !alive ? PostgresState.STOPPED : answers || silent ? PostgresState.RUNNING : PostgresState.STARTING,
                !alive ? Role.DEMOTED : inRecovery ? Role.REPLICA : Role.PRIMARY,
                answers ? Optional.of(reading()) : Optional.empty(),
                following,
                Optional.empty(),
                ended,
                Map.of(),
                false,
                History.EMPTY,
                true,
                Map.of());
    }

    private ServerReading reading() {
        Lsn lsn = new Lsn(position);
        return new ServerReading(
                150000,
                Instant.EPOCH,
                inRecovery,
                OptionalInt.of(1),
                inRecovery ? Lsn.ZERO : lsn,
                inRecovery ? lsn : Lsn.ZERO,
                inRecovery ? lsn : Lsn.ZERO,
                true,
                Optional.empty(),
                false,
                replication.filter(_ -> inRecovery),
                Optional.empty(),
                false,
                List.of(),
                List.of(),
                ServerReading.Commits.LOCAL);
    }
}
