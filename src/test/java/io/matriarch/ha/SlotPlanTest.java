package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.ReplicationSlot;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.SlotKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Reference 5.20 and the cases 88 to 100 of its section 9, on the node a. */
final class SlotPlanTest {
    private static final String LOGICAL = "{slots: {app: {type: logical, database: db, plugin: test_decoding}}}";
    private static final SlotKind PHYSICAL = new SlotKind.Physical();

    private static ReplicationSlot slot(
            String name, SlotKind kind, boolean active, boolean lost, boolean xmin, Optional<Lsn> position) {
        return new ReplicationSlot(name, kind, active, lost, xmin, position, false, false);
    }

    private static List<SlotChange> creating(String... names) {
        return List.of(names).stream()
                .<SlotChange>map(SlotChange.CreatePhysical::new)
                .toList();
    }

    private static Optional<Lsn> at(long position) {
        return Optional.of(new Lsn(position));
    }

    // Members' slots.

    @Test
    void theLeaderHasASlotForEachOtherMember() {
        assertThat(new SlotScene().plan().changes()).isEqualTo(creating("b", "c"));
    }

    @Test
    void soDoesAReplicaSoThatTheyOutliveAFailover() {
        assertThat(new SlotScene().leader("b").plan().changes()).isEqualTo(creating("b", "c"));
    }

    @Test
    void withoutMemberSlotsTtlThereAreOnlySlotsOfThoseWhoStreamFromHere() {
        String ttl = "{member_slots_ttl: 0}";
        assertThat(new SlotScene().config(ttl).leader("b").plan().changes()).isEmpty();
        assertThat(new SlotScene()
                        .config(ttl)
                        .leader("b")
                        .member("c", "{tags: {replicatefrom: a}}")
                        .plan()
                        .changes())
                .isEqualTo(creating("c"));
        assertThat(new SlotScene()
                        .config(ttl)
                        .member("c", "{tags: {replicatefrom: b}}")
                        .plan()
                        .changes())
                .isEqualTo(creating("b"));
        assertThat(new SlotScene()
                        .config(ttl)
                        .member("c", "{tags: {replicatefrom: nobody}}")
                        .plan()
                        .changes())
                .isEqualTo(creating("b", "c"));
    }

    @Test
    void aNodeThatNeverLeadsHasOnlyTheSlotsOfItsCascade() {
        assertThat(new SlotScene()
                        .leader("b")
                        .member("a", "{tags: {nofailover: true}}")
                        .member("c", "{tags: {replicatefrom: a}}")
                        .status(Map.of(), "gone")
                        .plan()
                        .changes())
                .isEqualTo(creating("c"));
    }

    @Test
    void whoDoesNotStreamNeedsNoSlot() {
        assertThat(new SlotScene()
                        .member("c", "{tags: {nostream: true}}")
                        .plan()
                        .changes())
                .isEqualTo(creating("b"));
    }

    /** When etcd was away for longer than the leases, nobody has a key, and the leader may not have said in time whose slots to retain. */
    @Test
    void aMemberThatWasHereAMomentAgoKeepsItsSlot() {
        SlotScene scene = new SlotScene().without("c").physical("c", 50).physical("b", 50);
        assertThat(scene.plan().changes()).isEqualTo(List.of(new SlotChange.Drop("c")));
        assertThat(scene.remembers("c").plan().changes()).isEmpty();
        assertThat(scene.config("{member_slots_ttl: 0}").plan().changes()).isEqualTo(List.of(new SlotChange.Drop("c")));
    }

    @Test
    void namesAreNormalisedAndCollisionsTold() {
        SlotPlan plan =
                new SlotScene().member("Node.C", "{}").member("node-c", "{}").plan();
        assertThat(plan.changes()).isEqualTo(creating("b", "c", "node_c"));
        assertThat(plan.problems()).singleElement().asString().contains("Node.C", "node-c", "node_c");
    }

    @Test
    @HardCase(95)
    void theOwnSlotIsNotMadeWhateverItIsCalledInTheStatus() {
        assertThat(new SlotScene()
                        .status(Map.of(), "a", "b", "c")
                        .config("{slots: {a: {type: physical}}}")
                        .plan()
                        .changes())
                .isEqualTo(creating("b", "c"));
        assertThat(new SlotScene()
                        .without("a")
                        .member("Node-A", "{}")
                        .self("Node-A")
                        .status(Map.of(), "node_a", "b", "c")
                        .config("{slots: {node_a: {type: physical}}}")
                        .plan()
                        .changes())
                .isEqualTo(creating("b", "c"));
    }

    /** Its slot would be the one that this node's own position is published under. */
    @Test
    @HardCase(95)
    void anotherMemberWhoseSlotNameIsOursGetsNoSlotHere() {
        SlotPlan plan = new SlotScene()
                .without("a")
                .member("Node-A", "{}")
                .self("Node-A")
                .member("node.a", "{}")
                .plan();
        assertThat(plan.changes()).isEqualTo(creating("b", "c"));
        assertThat(plan.problems()).singleElement().asString().contains("Node-A", "node.a", "node_a");
    }

    /** So the former leader, whose member key is gone, can come back. */
    @Test
    @HardCase(92)
    void slotsOfAbsentMembersAreKeptAsLongAsTheLeaderSays() {
        SlotScene scene = new SlotScene().without("c").physical("b", 900).physical("c", 700);
        assertThat(scene.status(Map.of("c", new Lsn(700)), "b", "c").plan().changes())
                .isEmpty();
        assertThat(scene.status(Map.of("c", new Lsn(700)), "b").plan().changes())
                .containsExactly(new SlotChange.Drop("c"));
    }

    @Test
    @HardCase(99)
    void withoutALeaderOnlyTheOwnCascadeIsInUse() {
        SlotScene scene = new SlotScene()
                .leaderless()
                .member("c", "{tags: {replicatefrom: a}}")
                .has(slot("b", PHYSICAL, false, false, true, at(500)))
                .has(slot("c", PHYSICAL, false, false, true, at(500)));
        assertThat(scene.plan().changes()).as("nobody knows who needs the xmin").isEmpty();
    }

    // Upkeep of physical slots.

    @Test
    @HardCase(91)
    void unusedSlotsFollowTheLeadersButNotBeyondWhatIsReplayed() {
        SlotScene scene = new SlotScene().leader("b").physical("b", 400).physical("c", 400);
        assertThat(scene.status(Map.of("b", new Lsn(800), "c", new Lsn(5000)))
                        .plan()
                        .changes())
                .containsExactly(
                        new SlotChange.AdvancePhysical("b", new Lsn(800)),
                        new SlotChange.AdvancePhysical("c", new Lsn(1000)));
        assertThat(scene.status(Map.of("b", new Lsn(400), "c", new Lsn(300)))
                        .plan()
                        .changes())
                .isEmpty();
    }

    @Test
    @HardCase(93)
    void ofALeaderBeforeVersionFourTheMembersPositionsCount() {
        SlotScene scene = new SlotScene().leader("b").physical("b", 400).physical("c", 400);
        assertThat(scene.member("b", "{version: 3.3.5, xlog_location: 1000}")
                        .member("c", "{version: 3.3.5, xlog_location: 700}")
                        .plan()
                        .changes())
                .containsExactly(
                        new SlotChange.AdvancePhysical("b", new Lsn(1000)),
                        new SlotChange.AdvancePhysical("c", new Lsn(700)));
        assertThat(scene.member("b", "{version: 4.1.4, xlog_location: 1000}")
                        .plan()
                        .changes())
                .isEmpty();
    }

    @Test
    void theLeaderAdvancesTheSlotOfWhoStreamsElsewhere() {
        assertThat(new SlotScene()
                        .member("c", "{xlog_location: 900, tags: {replicatefrom: b}}")
                        .physical("b", 200)
                        .physical("c", 200)
                        .plan()
                        .changes())
                .containsExactly(new SlotChange.AdvancePhysical("c", new Lsn(900)));
    }

    @Test
    @HardCase({92, 94})
    void anXminThatNobodyMovesIsReleasedOnceTheLeaderIsKnown() {
        SlotScene scene = new SlotScene()
                .has(slot("b", PHYSICAL, false, false, true, at(500)))
                .has(slot("c", PHYSICAL, true, false, true, at(500)));
        assertThat(scene.plan().changes()).as("those who stream from here").isEmpty();
        assertThat(scene.leader("b").plan().changes())
                .as("on a former primary")
                .containsExactly(new SlotChange.ReleaseXmin("b"));
        assertThat(scene.leaderless().plan().changes()).isEmpty();
    }

    @Test
    @HardCase(90)
    void aSlotWithoutReservedWalIsMadeAgain() {
        assertThat(new SlotScene()
                        .leader("b")
                        .config("{slots: {app: null}}")
                        .physical("b", 500)
                        .physical("c", 500)
                        .has(slot("app", PHYSICAL, false, false, false, Optional.empty()))
                        .plan()
                        .changes())
                .containsExactly(new SlotChange.Recreate("app"));
    }

    @Test
    @HardCase(88)
    void aSlotThatLostItsWalIsMadeAgain() {
        assertThat(new SlotScene()
                        .physical("c", 500)
                        .has(slot("b", PHYSICAL, false, true, false, Optional.empty()))
                        .plan()
                        .changes())
                .containsExactly(new SlotChange.Recreate("b"));
    }

    /** Nobody streams from it there, and PostgreSQL may still tell a position: advancing such a slot would fail for ever. */
    @Test
    @HardCase(88)
    void soIsOneWithAPositionOnAnotherNodeThanTheLeader() {
        SlotScene scene = new SlotScene()
                .leader("b")
                .physical("b", 500)
                .has(slot("c", PHYSICAL, false, true, false, at(500)))
                .status(Map.of("b", new Lsn(500), "c", new Lsn(800)));
        assertThat(scene.plan().changes()).containsExactly(new SlotChange.Recreate("c"));
    }

    // What belongs to others.

    @Test
    void slotsOfNobodyAreDroppedUnlessTheyAreActiveIgnoredOrThereIsAPause() {
        SlotScene scene = new SlotScene().physical("b", 500).physical("c", 500).physical("x", 500);
        assertThat(scene.plan().changes()).containsExactly(new SlotChange.Drop("x"));
        assertThat(scene.config("{pause: true}").plan().changes()).isEmpty();
        assertThat(scene.config("{ignore_slots: [{name: x, type: physical}]}")
                        .plan()
                        .changes())
                .isEmpty();
        assertThat(scene.config("{ignore_slots: [{name: x, type: logical}]}")
                        .plan()
                        .changes())
                .containsExactly(new SlotChange.Drop("x"));
        assertThat(new SlotScene()
                        .physical("b", 500)
                        .physical("c", 500)
                        .has(slot("x", PHYSICAL, true, false, false, at(500)))
                        .plan()
                        .changes())
                .isEmpty();
    }

    @Test
    void logicalSlotsAreIgnoredByDatabaseAndPlugin() {
        SlotScene scene = new SlotScene().physical("b", 500).physical("c", 500).logical("x", 500);
        assertThat(scene.config("{ignore_slots: [{database: db, plugin: test_decoding}]}")
                        .plan()
                        .changes())
                .isEmpty();
        assertThat(scene.config("{ignore_slots: [{database: other, plugin: test_decoding}]}")
                        .plan()
                        .changes())
                .containsExactly(new SlotChange.Drop("x"));
    }

    @Test
    @HardCase(89)
    void slotsOfPostgresOwnFailoverAreLeftAlone() {
        ReplicationSlot failover =
                new ReplicationSlot("x", SlotScene.DECODING, false, false, false, at(500), true, false);
        ReplicationSlot synced = new ReplicationSlot("y", SlotScene.DECODING, false, true, false, at(500), true, true);
        SlotScene scene = new SlotScene()
                .version(170_000)
                .physical("b", 500)
                .physical("c", 500)
                .has(failover)
                .has(synced);
        assertThat(scene.plan().changes()).isEmpty();
        assertThat(scene.leader("b").plan().changes())
                .as("what a former primary has is in the way of synchronization")
                .containsExactly(new SlotChange.Drop("x"));
    }

    @Test
    void withoutUseSlotsThereAreNone() {
        assertThat(new SlotScene()
                        .config("{postgresql: {use_slots: false}, slots: {app: {type: physical}}}")
                        .physical("b", 500)
                        .plan()
                        .changes())
                .containsExactly(new SlotChange.Drop("b"));
    }

    // Permanent slots.

    @Test
    void permanentPhysicalSlotsAreOnEachNodeThatMayLead() {
        String app = "{permanent_slots: {app: {type: physical}}}";
        SlotScene scene = new SlotScene().config(app).physical("b", 500).physical("c", 500);
        assertThat(scene.plan().changes()).isEqualTo(creating("app"));
        assertThat(scene.leader("b").plan().changes()).isEqualTo(creating("app"));
        assertThat(scene.member("a", "{tags: {nofailover: true}}").plan().changes())
                .doesNotContainAnyElementsOf(creating("app"));
    }

    @Test
    void theirConsumerDecidesWhatThePrimaryKeeps() {
        SlotScene scene = new SlotScene()
                .config("{slots: {app: {type: physical}}}")
                .physical("b", 500)
                .physical("c", 500)
                .has(slot("app", PHYSICAL, false, false, true, at(100)))
                .status(Map.of("app", new Lsn(800)));
        assertThat(scene.plan().changes()).isEmpty();
    }

    @Test
    void slotsForTheOtherKindOfClusterAreNotMade() {
        SlotScene scene = new SlotScene().physical("b", 500).physical("c", 500);
        assertThat(scene.config("{slots: {app: {type: physical, cluster_type: standby}}}")
                        .plan()
                        .changes())
                .isEmpty();
        assertThat(scene.config("{slots: {app: {type: physical, cluster_type: primary}}}")
                        .plan()
                        .changes())
                .isEqualTo(creating("app"));
    }

    @Test
    void definitionsThatMakeNoSenseAreTold() {
        SlotPlan plan = new SlotScene()
                .config("{slots: {Big: null, half: {type: logical, database: db}, b: {type: logical, database: db,"
                        + " plugin: test_decoding}, odd: {type: none}}, ignore_slots: [text]}")
                .physical("b", 500)
                .physical("c", 500)
                .plan();
        assertThat(plan.changes()).isEmpty();
        assertThat(plan.problems())
                .satisfiesExactlyInAnyOrder(
                        big -> assertThat(big).contains("'Big'"),
                        half -> assertThat(half).contains("'half'"),
                        odd -> assertThat(odd).contains("'odd'"),
                        ignore -> assertThat(ignore).contains("ignore_slots"),
                        clash -> assertThat(clash).contains("logical slot b"));
    }

    // Logical slots.

    @Test
    void thePrimaryMakesLogicalSlots() {
        SlotScene scene = new SlotScene().config(LOGICAL).physical("b", 500).physical("c", 500);
        assertThat(scene.plan().changes())
                .containsExactly(new SlotChange.CreateLogical("app", SlotScene.DECODING, false));
        assertThat(scene.has(slot("app", new SlotKind.Logical("db", "pgoutput"), false, false, false, at(1)))
                        .plan()
                        .changes())
                .as("another plugin")
                .containsExactly(
                        new SlotChange.Drop("app"), new SlotChange.CreateLogical("app", SlotScene.DECODING, false));
    }

    @Test
    void replicasCopyThemOnceThePrimaryHasThem() {
        SlotScene scene =
                new SlotScene().config(LOGICAL).leader("b").physical("b", 500).physical("c", 500);
        assertThat(scene.plan().missing()).isEmpty();
        assertThat(scene.status(Map.of("app", new Lsn(300))).plan().missing()).containsExactly("app");
        assertThat(copied(scene)).containsExactly("app");
    }

    @Test
    @HardCase(91)
    void replicasAdvanceThemToWhatWasConsumedButNotBeyondWhatIsReplayed() {
        SlotScene scene = new SlotScene()
                .config(LOGICAL)
                .leader("b")
                .physical("b", 500)
                .physical("c", 500)
                .logical("app", 300);
        assertThat(scene.status(Map.of("app", new Lsn(700))).plan().changes())
                .containsExactly(new SlotChange.AdvanceLogical("app", "db", new Lsn(700)));
        assertThat(scene.status(Map.of("app", new Lsn(7000))).plan().changes())
                .containsExactly(new SlotChange.AdvanceLogical("app", "db", new Lsn(1000)));
        assertThat(scene.status(Map.of("app", new Lsn(300))).plan().changes()).isEmpty();
    }

    @Test
    @HardCase(96)
    void anInvalidatedCopyIsCopiedAgainOnce() {
        SlotScene scene = new SlotScene()
                .config(LOGICAL)
                .leader("b")
                .physical("b", 500)
                .physical("c", 500)
                .has(slot("app", SlotScene.DECODING, false, true, false, at(300)))
                .status(Map.of("app", new Lsn(700)));
        assertThat(scene.plan().changes()).isEmpty();
        assertThat(copied(scene)).containsExactly("app");
        assertThat(copied(scene.copiedAt(-Duration.ofMinutes(1).toNanos()))).isEmpty();
        assertThat(copied(scene.copiedAt(-Duration.ofMinutes(6).toNanos()))).containsExactly("app");
    }

    private static Set<String> copied(SlotScene scene) {
        Row row = SlotRows.copying();
        Situation situation = scene.situation();
        return row.matches().test(situation)
                        && row.decide(situation).action() instanceof Action.Begin(Operation operation)
                        && operation instanceof Operation.CopyLogicalSlots copy
                ? copy.names()
                : Set.of();
    }

    @Test
    void inMaintenanceModeNothingIsCopied() {
        SlotScene scene = new SlotScene()
                .config("{pause: true, slots: {app: {database: db, plugin: test_decoding}}}")
                .leader("b")
                .status(Map.of("app", new Lsn(700)));
        assertThat(scene.plan().missing()).containsExactly("app");
        assertThat(copied(scene)).isEmpty();
    }

    @Test
    @HardCase(97)
    void whoDoesNotStreamAndItsCascadeHaveNoLogicalSlotsAndCirclesEnd() {
        SlotScene scene = new SlotScene().config(LOGICAL).leader("b").status(Map.of("app", new Lsn(700)));
        assertThat(scene.member("a", "{tags: {replicatefrom: c}}")
                        .member("c", "{tags: {replicatefrom: a}}")
                        .plan()
                        .missing())
                .containsExactly("app");
        assertThat(scene.member("c", "{tags: {nostream: true}}").plan().missing())
                .isEmpty();
    }

    // Parameters.

    @Test
    void feedbackIsForcedWhereLogicalSlotsAreAndOnTheWayThere() {
        Map<String, String> feedback = Map.of("hot_standby_feedback", "on");
        assertThat(new SlotScene().leader("b").parameters()).isEmpty();
        assertThat(new SlotScene().config(LOGICAL).parameters()).isEmpty();
        SlotScene replica = new SlotScene().config(LOGICAL).leader("b");
        assertThat(replica.parameters()).isEqualTo(feedback);
        assertThat(replica.member("a", "{tags: {nofailover: true}}").parameters())
                .isEmpty();
        assertThat(replica.member("c", "{tags: {replicatefrom: a}}").parameters())
                .isEqualTo(feedback);
        assertThat(replica.member("c", "{tags: {replicatefrom: a, nofailover: true}}")
                        .parameters())
                .isEmpty();
    }

    @Test
    void fromVersion17OnPostgresCanKeepThemItself() {
        String config = "{failover_slots: true, slots: {app: {type: logical, database: db, plugin: test_decoding}}}";
        SlotScene primary = new SlotScene()
                .version(170_000)
                .config(config)
                .member("c", "{tags: {nofailover: true}}")
                .physical("b", 500)
                .physical("c", 500);
        assertThat(primary.plan().changes())
                .containsExactly(new SlotChange.CreateLogical("app", SlotScene.DECODING, true));
        assertThat(primary.parameters()).isEqualTo(Map.of("synchronized_standby_slots", "b"));
        SlotScene replica = new SlotScene()
                .version(170_000)
                .config(config)
                .leader("b")
                .physical("b", 500)
                .physical("c", 500)
                .status(Map.of("app", new Lsn(700)));
        assertThat(replica.plan().missing()).isEmpty();
        assertThat(replica.parameters())
                .isEqualTo(Map.of("hot_standby_feedback", "on", "sync_replication_slots", "on"));
        assertThat(replica.logical("app", 300).plan().changes())
                .as("a copy of before is in the way")
                .containsExactly(new SlotChange.Drop("app"));
        assertThat(replica.version(160_000).parameters()).isEqualTo(Map.of("hot_standby_feedback", "on"));
    }

    // Without the DCS.

    @Test
    void aStandbysSlotsFollowThoseOfThePrimaryThatGoesOnWithoutTheDcs() {
        SlotScene scene = new SlotScene()
                .config(LOGICAL)
                .leader("b")
                .logical("others", 100)
                .physical("c", 100)
                .logical("app", 100)
                .physical("other", 100);
        assertThat(scene.withoutDcs("{c: 300, app: 400, others: 400}").decide().action())
                .isEqualTo(new Action.SyncSlots(
                        List.of(
                                new SlotChange.AdvancePhysical("c", new Lsn(300)),
                                new SlotChange.AdvanceLogical("app", "db", new Lsn(400))),
                        List.of()));
    }

    @Test
    void neverBeyondWhatIsReplayedNorBack() {
        SlotScene scene = new SlotScene().leader("b").physical("c", 100).logical("app", 500);
        assertThat(scene.withoutDcs("{c: 5000, app: 400, d: nonsense}").decide().action())
                .isEqualTo(
                        new Action.SyncSlots(List.of(new SlotChange.AdvancePhysical("c", new Lsn(1000))), List.of()));
    }

    @Test
    void withoutTheDcsIgnoredSlotsStayAsTheyAre() {
        SlotScene scene = new SlotScene()
                .config("{ignore_slots: [{name: c}]}")
                .leader("b")
                .physical("c", 100);
        assertThat(scene.withoutDcs("{c: 400}").decide().action()).isInstanceOf(Action.Idle.class);
    }

    @Test
    void withoutTheDcsNoSlotIsMadeOrDropped() {
        SlotScene scene = new SlotScene().leader("b").physical("gone", 100);
        assertThat(scene.withoutDcs("{new: 400}").decide().action()).isInstanceOf(Action.Idle.class);
    }
}
