package io.matriarch.ha;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.ReplicationSlot;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.SlotKind;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.Tags;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/** A cluster of the members a, b and c as the node a sees it; a leads unless something else is said. A position is 1000 unless told otherwise. */
final class SlotScene {
    static final SlotKind.Logical DECODING = new SlotKind.Logical("db", "test_decoding");
    private static final Lsn HERE = new Lsn(1000);

    private final Map<String, Mapping> members = new TreeMap<>();
    private final List<ReplicationSlot> slots = new ArrayList<>();
    private Mapping config = Mapping.empty();
    private String self = "a";
    private Optional<String> leader = Optional.of("a");
    private Status status = Status.UNKNOWN;
    private int version = 150_000;
    private Memory memory = Memory.INITIAL;
    private Failsafe failsafe = Failsafe.NONE;
    private boolean silent;

    SlotScene() {
        member("a", "{}").member("b", "{}").member("c", "{}");
    }

    /** The node's name; it leads. */
    SlotScene self(String name) {
        self = name;
        return leader(name);
    }

    SlotScene leader(String name) {
        leader = Optional.of(name);
        return this;
    }

    SlotScene leaderless() {
        leader = Optional.empty();
        return this;
    }

    SlotScene member(String name, String yaml) {
        Mapping data = Mapping.empty()
                .with("conn_url", "postgres://" + name + ":5432/postgres")
                .with("state", "running")
                .with("role", "primary");
        for (var entry : mapping(yaml).entries().entrySet()) {
            data = data.with(entry.getKey(), entry.getValue());
        }
        members.put(name, data);
        return this;
    }

    SlotScene without(String name) {
        members.remove(name);
        return this;
    }

    SlotScene config(String yaml) {
        config = mapping(yaml);
        return this;
    }

    private static Mapping mapping(String yaml) {
        Value value = Yaml.parse(yaml);
        return value instanceof Mapping mapping ? mapping : Mapping.empty();
    }

    SlotScene status(Map<String, Lsn> positions, String... retained) {
        status = new Status(HERE, positions, List.of(retained));
        return this;
    }

    SlotScene version(int number) {
        version = number;
        return this;
    }

    SlotScene has(ReplicationSlot slot) {
        slots.add(slot);
        return this;
    }

    SlotScene physical(String name, long position) {
        return has(new ReplicationSlot(
                name, new SlotKind.Physical(), false, false, false, Optional.of(new Lsn(position)), false, false));
    }

    SlotScene logical(String name, long position) {
        return has(
                new ReplicationSlot(name, DECODING, false, false, false, Optional.of(new Lsn(position)), false, false));
    }

    SlotScene copiedAt(long moment) {
        memory = memory.withSlots(memory.slots().copied(moment));
        return this;
    }

    /** Member {@code name} had a key until a moment ago, as this node remembers. */
    SlotScene remembers(String name) {
        memory = memory.withSlots(new SlotMemory(memory.slots().copiedAt(), Map.of(name, 0L)));
        return this;
    }

    /** The DCS doesn't answer, and the leader goes on in failsafe mode: {@code slots} are in its call. */
    SlotScene withoutDcs(String slots) {
        silent = true;
        Member caller = new Member(leader.orElseThrow(), Mapping.empty().with("slots", mapping(slots)), 0, 0);
        failsafe = new Failsafe(List.of(), java.util.Set.of(), Optional.of(caller), false, false, Map.of());
        return this;
    }

    Decision decide() {
        return new Decider().decide(situation().seen(), memory);
    }

    Situation situation() {
        boolean leads = leader.equals(Optional.of(self));
        DynamicConfiguration dynamic = new DynamicConfiguration(config, 1);
        Observation seen = new Observation(
                self,
                new Tags(members.getOrDefault(self, Mapping.empty()).mapping("tags")),
                new Beginnings(false, false),
                0,
                Instant.EPOCH,
                silent ? Optional.empty() : Optional.of(view(dynamic)),
                dynamic,
                leads ? OptionalLong.of(20_000_000_000L) : OptionalLong.empty(),
                server(leads),
                Map.of(),
                List.of(),
                WatchdogState.OFF,
                Optional.empty(),
                failsafe,
                Ability.UNKNOWN);
        return new Situation(seen, memory);
    }

    private ClusterView view(DynamicConfiguration dynamic) {
        return new ClusterView(
                Optional.of("7711371126323781949"),
                Optional.of(dynamic),
                leader.map(name -> new Leader(name, 1, 2)),
                status,
                members.entrySet().stream()
                        .map(entry -> new Member(entry.getKey(), entry.getValue(), 3, 4))
                        .toList(),
                Optional.empty(),
                SyncState.NONE,
                History.EMPTY,
                Map.of());
    }

    private ServerStatus server(boolean leads) {
        return new ServerStatus(
                new DataDirectory.Present(new ControlData("7711371126323781949", "in production", HERE, 1), !leads),
                true,
                PostgresState.RUNNING,
                leads ? Role.PRIMARY : Role.REPLICA,
                Optional.of(new ServerReading(
                        version,
                        Instant.EPOCH,
                        !leads,
                        OptionalInt.of(1),
                        leads ? HERE : Lsn.ZERO,
                        leads ? Lsn.ZERO : HERE,
                        leads ? Lsn.ZERO : HERE,
                        true,
                        Optional.empty(),
                        false,
                        leads ? Optional.empty() : Optional.of("streaming"),
                        Optional.empty(),
                        false,
                        List.of(),
                        slots,
                        ServerReading.Commits.LOCAL)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                false,
                History.EMPTY,
                false,
                Map.of());
    }

    SlotPlan plan() {
        return SlotPlan.of(situation());
    }

    Map<String, String> parameters() {
        return LogicalSlots.parameters(situation());
    }
}
