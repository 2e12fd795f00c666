package io.matriarch.ha;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.ha.Memory.Bootstrap;
import io.matriarch.ha.Memory.Divergence;
import java.util.Optional;
import java.util.OptionalLong;

/** Takes what an observation tells of the past into the memory, before any decision. */
final class Recollection {
    private Recollection() {}

    static Memory absorb(Observation observation, Memory memory) {
        Memory absorbed = observation
                .cluster()
                .filter(view -> view.leader().isPresent())
                .map(memory::withLastLedView)
                .orElse(memory);
        Optional<ServerStatus.Finished> ended =
                observation.server().finished().filter(finished -> finished.id() > memory.operationSeen());
        if (ended.isPresent()) {
            absorbed = afterOperation(absorbed.withOperationSeen(ended.get().id()), ended.get(), observation);
        }
        return pledges(streaming(forgetOtherLeaders(absorbed, observation), observation), observation);
    }

    /** A primary that is cut off doesn't hear that failsafe_quorum was turned off; while nobody leads it may still go on. */
    private static Memory pledges(Memory memory, Observation observation) {
        OptionalLong until = memory.pledgesUntil();
        boolean goesOn = until.isPresent()
                && until.getAsLong() - observation.now() > 0
                && observation.cluster().flatMap(ClusterView::leader).isEmpty();
        return observation.config().failsafeQuorum() || goesOn
                ? memory.withPledgesUntil(OptionalLong.of(
                        observation.now() + 2 * observation.config().ttl().toNanos()))
                : memory;
    }

    private static Memory afterOperation(Memory memory, ServerStatus.Finished ended, Observation observation) {
        boolean failed = ended.result() instanceof OperationResult.Failed;
        Memory paced = failed
                ? memory.withRetryAt(OptionalLong.of(
                        observation.now() + observation.config().loopWait().toNanos()))
                : memory.withRetryAt(OptionalLong.empty());
        boolean succeeded = ended.result() instanceof OperationResult.Succeeded;
        return switch (ended.operation()) {
            case Operation.Bootstrap _ -> memory.withBootstrap(succeeded ? Bootstrap.CREATED : Bootstrap.FAILED);
            case Operation.DiscardFailedBootstrap _ -> memory;
            case Operation.Clone _, Operation.Reinitialize _ -> paced.withDivergence(Divergence.unknown());
            case Operation.Start _ -> afterStart(paced, succeeded);
            case Operation.Restart _ -> succeeded ? paced : afterStart(paced, false);
            case Operation.Stop _ -> paced;
            case Operation.Promote _ -> paced.withPromotionFailed(failed);
            case Operation.Follow _ -> paced;
            case Operation.CrashRecovery _ -> memory.withCrashRecoveryTried(true);
            case Operation.CheckDivergence check -> afterCheck(paced, check, ended.result(), observation);
            case Operation.Rewind rewind -> afterRewind(paced, rewind, ended.result(), observation);
            case Operation.CheckpointAfterPromotion _ -> paced;
        };
    }

    private static Memory afterStart(Memory memory, boolean succeeded) {
        return succeeded
                ? memory.withStartFailed(false).withCrashRecoveryTried(false).withDemotion(Optional.empty())
                : memory.withStartFailed(true);
    }

    private static Memory afterCheck(
            Memory memory, Operation.CheckDivergence check, OperationResult result, Observation observation) {
        String against = leaderAndTimeline(observation, check.leader().member());
        return switch (result) {
            case OperationResult.InHistory _ ->
                memory.withDivergence(new Divergence(Divergence.State.IN_HISTORY, against, ""));
            case OperationResult.Diverged(String why) ->
                memory.withDivergence(new Divergence(Divergence.State.DIVERGED, against, why));
            case OperationResult.Succeeded _, OperationResult.Failed _, OperationResult.Cancelled _ -> memory;
        };
    }

    private static Memory afterRewind(
            Memory memory, Operation.Rewind rewind, OperationResult result, Observation observation) {
        String against = leaderAndTimeline(observation, rewind.leader().member());
        return switch (result) {
            case OperationResult.Succeeded _ ->
                memory.withDivergence(new Divergence(Divergence.State.IN_HISTORY, against, ""));
            case OperationResult.Failed(String why) ->
                memory.withDivergence(new Divergence(Divergence.State.REWIND_FAILED, against, why));
            case OperationResult.InHistory _, OperationResult.Diverged _, OperationResult.Cancelled _ -> memory;
        };
    }

    /** A new leader, or the same on a later timeline, makes what was known worthless (reference section 9, case 1). */
    private static Memory forgetOtherLeaders(Memory memory, Observation observation) {
        Optional<String> leader = observation
                .cluster()
                .flatMap(ClusterView::leader)
                .map(held -> leaderAndTimeline(observation, held.name()));
        boolean known = memory.divergence().state() != Divergence.State.UNKNOWN;
        return known
                        && leader.isPresent()
                        && !leader.get().equals(memory.divergence().leader())
                ? memory.withDivergence(Divergence.unknown())
                : memory;
    }

    private static String leaderAndTimeline(Observation observation, String leader) {
        int timeline = observation
                .cluster()
                .flatMap(view -> view.member(leader))
                .map(member -> member.timeline().orElse(0))
                .orElse(0);
        return leader + "/" + timeline;
    }

    private static Memory streaming(Memory memory, Observation observation) {
        boolean waiting = observation
                .server()
                .reading()
                .filter(reading ->
                        reading.inRecovery() && !reading.replicationState().equals(Optional.of("streaming")))
                .isPresent();
        if (!waiting) {
            return memory.withNotStreamingSince(OptionalLong.empty());
        }
        return memory.notStreamingSince().isPresent()
                ? memory
                : memory.withNotStreamingSince(OptionalLong.of(observation.now()));
    }
}
