package io.matriarch.sim;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.SlotName;
import java.time.Duration;
import java.util.Optional;

/** What must hold whenever somebody changes a slot: no WAL is given up that a member needs, no change that a consumer has not confirmed, and nothing of others. */
final class SlotInvariants {
    static final String FOREIGN = "foreign";
    static final String CONSUMED = "app";
    private static final long NEW_COPY = Duration.ofMinutes(1).toNanos();

    private final Simulation simulation;
    private Lsn confirmed = Lsn.ZERO;

    SlotInvariants(Simulation simulation) {
        this.simulation = simulation;
    }

    /** A client reads the changes of whatever primary it finds. */
    void consume() {
        simulation.nodes().stream()
                .map(SimulatedNode::postgres)
                .filter(SimulatedPostgres::acceptsWrites)
                .forEach(server -> server.confirmChanges(CONSUMED).ifPresent(lsn -> confirmed = confirmed.max(lsn)));
    }

    void changes(SimulatedPostgres server, SlotChange change) {
        require(!change.name().equals(FOREIGN), server, change, "the slot is somebody else's");
        switch (change) {
            case SlotChange.Drop(String name) ->
                require( // one whose data are lost will be cloned, and needs no WAL until then
                        owner(name).filter(node -> node.postgres().length() > 0).isEmpty() || !server.acceptsWrites(),
                        server,
                        change,
                        "its member is there, or was a short time ago");
            case SlotChange.AdvancePhysical(String name, Lsn to) ->
                require(
                        owner(name)
                                .map(SimulatedNode::postgres)
                                .filter(member -> needsAllOf(member, server))
                                .filter(member -> to.isAfter(member.position()))
                                .filter(this::primaryServes)
                                .isEmpty(),
                        server,
                        change,
                        "its member needs WAL before that");
            case SlotChange.AdvanceLogical(String _, String _, Lsn to) ->
                require(
                        !to.isAfter(confirmed) && !to.isAfter(server.position()),
                        server,
                        change,
                        "the consumer has confirmed up to " + confirmed + ", the server has " + server.position());
            // one that a primary has to make anew begins where that is; what was before has nobody who could bring it
            case SlotChange.CreateLogical _ ->
                confirmed = server.acceptsWrites() ? confirmed.max(server.position()) : confirmed;
            case SlotChange.CreatePhysical _, SlotChange.Recreate _, SlotChange.ReleaseXmin _ -> {}
        }
    }

    private Optional<SimulatedNode> owner(String slot) {
        return simulation.nodes().stream()
                .filter(node -> SlotName.of(node.name()).equals(slot))
                .findFirst();
    }

    /** A primary that was cloned while the member was away has nothing for it; then nobody has to. */
    private boolean primaryServes(SimulatedPostgres member) {
        return simulation.nodes().stream()
                .map(SimulatedNode::postgres)
                .filter(SimulatedPostgres::acceptsWrites)
                .noneMatch(primary -> primary.slotPosition(SlotName.of(member.name()))
                        .filter(position -> position.isAfter(member.position()))
                        .isPresent());
    }

    /** It could go on from where it is with what the server has; it was not just cloned from one that is behind. */
    private boolean needsAllOf(SimulatedPostgres member, SimulatedPostgres server) {
        return member.length() > 0
                && member.forkFrom(server) == member.length()
                && simulation.now() - member.copiedAt() > NEW_COPY;
    }

    private void require(boolean condition, SimulatedPostgres server, SlotChange change, String what) {
        simulation.invariants().require(condition, server.name() + " does " + change + ": " + what);
    }
}
