package io.matriarch.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.HardCase;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.ReplicationSlot;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.SlotKind;
import io.matriarch.cluster.Upstream;
import io.matriarch.postgres.Postgres;
import io.matriarch.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What the loop may expect of PostgreSQL: the simulated one and a real one answer alike. */
abstract class PostgresContractTest {
    private static final Operation.Stop FAST = new Operation.Stop(Operation.Stop.Mode.FAST, true, "test");

    /** The server of the member {@code a} or {@code b}, with an empty data directory; the same one each time. */
    abstract Postgres server(String member);

    abstract Upstream at(String member);

    /** Lets time pass until it is so; fails after a generous while. */
    abstract void await(String what, BooleanSupplier condition);

    /** kill -9 of the postmaster. */
    abstract void kill(String member);

    private ServerStatus look(String member) {
        return server(member).observe(Deadline.after(Duration.ofSeconds(3)));
    }

    private OperationResult carryOut(String member, Operation operation) {
        server(member).begin(operation);
        await(operation.title() + " at " + member, () -> look(member).finished().isPresent());
        return look(member).finished().orElseThrow().result();
    }

    private void succeeds(String member, Operation operation) {
        assertThat(carryOut(member, operation))
                .as("%s at %s", operation, member)
                .isEqualTo(new OperationResult.Succeeded());
    }

    private ServerReading reading(String member) {
        await("an answer of " + member, () -> look(member).reading().isPresent());
        return look(member).reading().orElseThrow();
    }

    private void startStandby(String member, String source) {
        if (reading(source).slot(member).isEmpty()) {
            assertThat(change(source, new SlotChange.CreatePhysical(member))).isEmpty();
        }
        succeeds(
                member,
                new Operation.Start(
                        Operation.Start.As.REPLICA,
                        Optional.of(at(source)),
                        "starting as a secondary",
                        Optional.empty()));
        await(
                member + " streams",
                () -> look(member)
                        .reading()
                        .flatMap(ServerReading::replicationState)
                        .filter("streaming"::equals)
                        .isPresent());
    }

    private void primaryAndStandby() {
        succeeds("a", new Operation.Bootstrap());
        succeeds("b", new Operation.Clone(at("a"), true));
        startStandby("b", "a");
    }

    @Test
    void nothingIsThereAtFirst() {
        ServerStatus status = look("a");
        assertThat(status.dataDirectory()).isInstanceOf(DataDirectory.Empty.class);
        assertThat(status.postmasterAlive()).isFalse();
        assertThat(status.role()).isEqualTo(Role.UNINITIALIZED);
        assertThat(status.reading()).isEmpty();
        assertThat(status.operation()).isEmpty();
    }

    @Test
    void bootstrapMakesAPrimaryOnTimelineOne() {
        succeeds("a", new Operation.Bootstrap());
        ServerReading reading = reading("a");
        assertThat(reading.inRecovery()).isFalse();
        assertThat(reading.timeline()).hasValue(1);
        ServerStatus status = look("a");
        assertThat(status.role()).isEqualTo(Role.PRIMARY);
        assertThat(status.state()).isEqualTo(PostgresState.RUNNING);
        assertThat(status.dataDirectory()).isInstanceOfSatisfying(DataDirectory.Present.class, present -> {
            assertThat(present.control().systemIdentifier()).matches("[0-9]{17,}");
            assertThat(present.control().clusterState()).isEqualTo("in production");
            assertThat(present.recoverySignal()).isFalse();
        });
    }

    @Test
    void whatIsInProgressIsSeenAndNothingElseMayBegin() {
        server("a").begin(new Operation.Bootstrap());
        assertThat(look("a").operation())
                .hasValueSatisfying(running -> assertThat(running.operation()).isEqualTo(new Operation.Bootstrap()));
        assertThatThrownBy(() -> server("a").begin(FAST)).isInstanceOf(IllegalStateException.class);
        await("the end of bootstrap", () -> look("a").finished().isPresent());
        assertThat(look("a").operation()).isEmpty();
    }

    @Test
    void aCloneIsAStandbyOfTheSameClusterAndStreams() {
        primaryAndStandby();
        ServerStatus standby = look("b");
        assertThat(standby.role()).isEqualTo(Role.REPLICA);
        assertThat(standby.following()).contains(at("a"));
        assertThat(reading("b").inRecovery()).isTrue();
        assertThat(identifier("b")).isEqualTo(identifier("a"));
        await(
                "the standby to have all",
                () -> reading("b").replayed().compareTo(reading("a").position()) >= 0);
        assertThat(carryOut("b", new Operation.CheckDivergence(at("a")))).isEqualTo(new OperationResult.InHistory());
    }

    private String identifier(String member) {
        return look(member).dataDirectory() instanceof DataDirectory.Present present
                ? present.control().systemIdentifier()
                : "none";
    }

    @Test
    void aCleanSwitchoverLeavesNoDivergence() {
        primaryAndStandby();
        succeeds("a", FAST);
        ServerStatus stopped = look("a");
        assertThat(stopped.postmasterAlive()).isFalse();
        assertThat(stopped.role()).isEqualTo(Role.DEMOTED);
        assertThat(stopped.state()).isEqualTo(PostgresState.STOPPED);
        assertThat(stopped.dataDirectory())
                .isInstanceOfSatisfying(
                        DataDirectory.Present.class,
                        present ->
                                assertThat(present.control().shutDownCleanly()).isTrue());
        succeeds("b", new Operation.Promote());
        await(
                "b is primary",
                () -> look("b").role() == Role.PRIMARY && !reading("b").inRecovery());
        assertThat(reading("b").timeline()).hasValue(2);
        assertThat(look("b").history().entries()).hasSize(1);
        succeeds("b", new Operation.CheckpointAfterPromotion());
        await("the checkpoint is seen", () -> !look("b").checkpointPending());
        assertThat(carryOut("a", new Operation.CheckDivergence(at("b")))).isEqualTo(new OperationResult.InHistory());
        startStandby("a", "b");
        assertThat(look("a").role()).isEqualTo(Role.REPLICA);
    }

    @Test
    @HardCase(70)
    void aKilledPrimaryStartsAgainAsAPrimaryOnTheSameTimeline() {
        succeeds("a", new Operation.Bootstrap());
        kill("a");
        await("the crash is seen", () -> !look("a").postmasterAlive());
        ServerStatus crashed = look("a");
        assertThat(crashed.state()).isEqualTo(PostgresState.CRASHED);
        assertThat(crashed.reading()).isEmpty();
        assertThat(crashed.dataDirectory())
                .isInstanceOfSatisfying(
                        DataDirectory.Present.class,
                        present -> assertThat(present.control().needsCrashRecovery())
                                .isTrue());
        succeeds(
                "a",
                new Operation.Start(
                        Operation.Start.As.PRIMARY,
                        Optional.empty(),
                        "starting primary after failure",
                        Optional.empty()));
        assertThat(reading("a").inRecovery()).isFalse();
        assertThat(reading("a").timeline()).hasValue(1);
    }

    @Test
    void aRestartKeepsTheRole() {
        primaryAndStandby();
        succeeds("b", new Operation.Restart(Optional.empty()));
        await("b streams again", () -> reading("b").replicationState().isPresent());
        assertThat(look("b").role()).isEqualTo(Role.REPLICA);
        succeeds("a", new Operation.Restart(Optional.empty()));
        assertThat(reading("a").inRecovery()).isFalse();
        assertThat(look("a").role()).isEqualTo(Role.PRIMARY);
    }

    private Optional<String> change(String member, SlotChange... changes) {
        return server(member).changeSlots(List.of(changes), Deadline.after(Duration.ofSeconds(3)));
    }

    @Test
    @HardCase(100)
    void slotsAreMadeWithTheirWalReservedAndDropped() {
        succeeds("a", new Operation.Bootstrap());
        reading("a");
        assertThat(change("a", new SlotChange.CreatePhysical("b"), new SlotChange.CreatePhysical("c")))
                .isEmpty();
        assertThat(change("a", new SlotChange.Drop("c"))).isEmpty();
        await("one slot", () -> reading("a").slots().size() == 1);
        ReplicationSlot slot = reading("a").slots().getFirst();
        assertThat(slot.name()).isEqualTo("b");
        assertThat(slot.kind()).isEqualTo(new SlotKind.Physical());
        assertThat(slot.active()).isFalse();
        assertThat(slot.position()).as("its WAL is reserved at once").isPresent();
    }

    @Test
    void theSlotOfAStreamingStandbyIsActiveAndMoves() {
        primaryAndStandby();
        await(
                "b's slot is active and where b is",
                () -> reading("a")
                        .slot("b")
                        .filter(slot -> slot.active()
                                && slot.position()
                                        .equals(Optional.of(reading("b").replayed())))
                        .isPresent());
    }

    @Test
    void aPhysicalSlotOfAStandbyIsAdvanced() {
        primaryAndStandby();
        assertThat(change("b", new SlotChange.CreatePhysical("c"))).isEmpty();
        Lsn to = reading("b").replayed();
        assertThat(change("b", new SlotChange.AdvancePhysical("c", to))).isEmpty();
        await(
                "c's slot is there",
                () -> reading("b").slot("c").flatMap(ReplicationSlot::position).equals(Optional.of(to)));
    }

    @Test
    void logicalSlotsAreCopiedToAStandbyAndAdvanced() {
        primaryAndStandby();
        SlotKind.Logical kind = new SlotKind.Logical("postgres", "test_decoding");
        assertThat(change("a", new SlotChange.CreateLogical("app", kind, false)))
                .isEmpty();
        await("the slot on the primary", () -> reading("a").slot("app").isPresent());
        Lsn confirmed = reading("a").slot("app").orElseThrow().position().orElseThrow();
        await("b has the WAL", () -> !confirmed.isAfter(reading("b").replayed()));
        succeeds("b", new Operation.CopyLogicalSlots(at("a"), Set.of("app")));
        assertThat(look("b").role()).isEqualTo(Role.REPLICA);
        ReplicationSlot copy = reading("b").slot("app").orElseThrow();
        assertThat(copy.kind()).isEqualTo(kind);
        assertThat(copy.position()).contains(confirmed);
        Lsn to = reading("b").replayed();
        assertThat(change("b", new SlotChange.AdvanceLogical("app", "postgres", to)))
                .isEmpty();
        await(
                "the copy is advanced",
                () -> !to.isAfter(
                        reading("b").slot("app").orElseThrow().position().orElseThrow()));
        assertThat(reading("b").slot("app").orElseThrow().unusable()).isFalse();
    }

    @Test
    void parametersForSlotsAreKept() {
        standbyWithFeedback();
        succeeds("b", new Operation.Restart(Optional.empty()));
        assertThat(look("b").slotParameters()).isEqualTo(Map.of("hot_standby_feedback", "on"));
    }

    private void standbyWithFeedback() {
        primaryAndStandby();
        assertThat(look("b").slotParameters()).isEmpty();
        Map<String, String> feedback = Map.of("hot_standby_feedback", "on");
        assertThat(server("b").setSlotParameters(feedback, Deadline.after(Duration.ofSeconds(3))))
                .isEmpty();
        assertThat(look("b").slotParameters()).isEqualTo(feedback);
        await("a standby's xmin", () -> reading("a").slot("b").orElseThrow().holdsXmin());
    }

    @Test
    @HardCase(94)
    void theXminOfAnAbandonedSlotIsReleasedAndItsWalIsNot() {
        standbyWithFeedback();
        succeeds("b", FAST);
        await("the slot is free", () -> !reading("a").slot("b").orElseThrow().active());
        ReplicationSlot before = reading("a").slot("b").orElseThrow();
        assertThat(before.holdsXmin()).isTrue();
        assertThat(change("a", new SlotChange.ReleaseXmin("b"))).isEmpty();
        ReplicationSlot after = reading("a").slot("b").orElseThrow();
        assertThat(after.holdsXmin()).isFalse();
        assertThat(after.position()).isEqualTo(before.position());
        assertThat(reading("a").slots()).hasSize(1);
    }

    private ServerReading.WalSender standbyOfA() {
        return reading("a").walSenders().stream()
                .filter(sender -> sender.applicationName().equals("b"))
                .findFirst()
                .orElseThrow();
    }

    private void setNames(String member, String names) {
        assertThat(server(member).setSynchronousStandbyNames(Optional.of(names), Deadline.after(Duration.ofSeconds(5))))
                .isEmpty();
        await(
                "the names " + names,
                () -> reading(member).commits().standbyNames().equals(names));
    }

    @Test
    void aStandbyBecomesSynchronousAndConfirms() {
        primaryAndStandby();
        assertThat(standbyOfA().syncState()).isEqualTo("async");
        setNames("a", "b");
        ServerReading.Commits commits = reading("a").commits();
        assertThat(commits).isEqualTo(new ServerReading.Commits("b", "on", commits.unflushed()));
        var since = reading("a").position();
        await("sync", () -> standbyOfA().syncState().equals("sync"));
        await(
                "the standby to confirm",
                () -> standbyOfA().flushed().filter(at -> !since.isAfter(at)).isPresent());
        setNames("a", "ANY 1 (b,c)");
        await("quorum", () -> standbyOfA().syncState().equals("quorum"));
        setNames("a", "");
        await("async", () -> standbyOfA().syncState().equals("async"));
    }

    @Test
    void theNamesStayOverARestartAsPrimaryAndNotAsStandby() {
        primaryAndStandby();
        setNames("a", "b");
        setNames("b", "a");
        succeeds("a", new Operation.Restart(Optional.empty()));
        await("the names", () -> reading("a").commits().standbyNames().equals("b"));
        succeeds("b", FAST);
        startStandby("b", "a");
        assertThat(reading("b").commits().standbyNames()).isEmpty();
    }

    @Test
    void aCloneFromNobodyFailsAndLeavesNothing() {
        assertThat(carryOut("b", new Operation.Clone(at("a"), true))).isInstanceOf(OperationResult.Failed.class);
        assertThat(look("b").dataDirectory()).isInstanceOf(DataDirectory.Empty.class);
    }
}
