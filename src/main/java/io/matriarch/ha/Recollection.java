package io.matriarch.ha;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.ha.Memory.Bootstrap;
import io.matriarch.ha.Memory.Divergence;
import java.util.Optional;
import java.util.OptionalLong;

/** Takes what an observation tells of the past into the memory, before any decision. */
final class Recollection {
    /** So often pg_rewind is tried before the planner goes on to the next step. */
    private static final int REWINDS = 3;

    /** In loop_waits: for so long a leader that is a standby may have yet to learn of the timeline that is here. */
    private static final int AT_FORK = 6;

    private Recollection() {}

    static Memory absorb(Observation observation, Memory memory) {
        Memory absorbed = observation
                .cluster()
                .filter(view -> view.leader().isPresent())
                .map(memory::withLastLedView)
                .orElse(memory);
        absorbed = absorbed.withSync(absorbed.sync().absorb(observation));
        if (observation.cluster().isPresent()) {
            ClusterView view = observation.cluster().get();
            long ttl =
                    view.config().orElse(observation.config()).memberSlotsTtl().toNanos();
            absorbed = absorbed.withSlots(absorbed.slots().seeing(view, observation.now(), ttl));
        }
        Optional<ServerStatus.Finished> ended =
                observation.server().finished().filter(finished -> finished.id() > memory.operationSeen());
        if (ended.isPresent()) {
            absorbed = afterOperation(absorbed.withOperationSeen(ended.get().id()), ended.get(), observation);
        }
        Memory known = streaming(forgetOtherLeaders(absorbed, observation), observation);
        Memory seeing = known.withRejoin(known.rejoin().seeing(observation.server(), observation.now()));
        return Waits.absorb(seeing, observation);
    }

    private static Memory afterOperation(Memory memory, ServerStatus.Finished ended, Observation observation) {
        boolean failed = ended.result() instanceof OperationResult.Failed;
        Memory paced = failed
                ? afterFailure(memory, ended.operation(), observation)
                : memory.withRetryAt(OptionalLong.empty());
        boolean succeeded = ended.result() instanceof OperationResult.Succeeded;
        return switch (ended.operation()) {
            case Operation.Bootstrap _ -> memory.withBootstrap(succeeded ? Bootstrap.CREATED : Bootstrap.FAILED);
            case Operation.DiscardFailedBootstrap _ -> memory;
            case Operation.Clone _
            when memory.bootstrap() == Bootstrap.RUNNING ->
                memory.withBootstrap(succeeded ? Bootstrap.CLONED : Bootstrap.FAILED);
            case Operation.Clone _, Operation.Reinitialize _ -> paced.withDivergence(Divergence.unknown());
            case Operation.Start _
            when memory.bootstrap() == Bootstrap.CLONED ->
                memory.withBootstrap(succeeded ? Bootstrap.CREATED : Bootstrap.FAILED);
            case Operation.Start _ -> afterStart(paced, succeeded);
            case Operation.Restart _ -> {
                Memory counted = paced.withRejoin(paced.rejoin().restarted());
                yield succeeded ? counted : afterStart(counted, false);
            }
            case Operation.Stop _ -> paced;
            case Operation.Promote _ -> afterPromotion(memory, failed, observation);
            case Operation.Follow _ -> paced;
            case Operation.CrashRecovery _ -> memory.withCrashRecoveryTried(true);
            case Operation.CheckDivergence check -> afterCheck(paced, check, ended.result(), observation);
            case Operation.Rewind rewind -> afterRewind(paced, rewind, ended.result(), observation);
            case Operation.CheckpointAfterPromotion _, Operation.CopyLogicalSlots _ -> paced;
        };
    }

    /** Without a leader this node may be needed soon, whatever failed. */
    private static Memory afterFailure(Memory memory, Operation operation, Observation observation) {
        Memory counted = memory.withRejoin(memory.rejoin().failed(operation instanceof Operation.Rewind));
        java.time.Duration loopWait = observation.config().loopWait();
        boolean led = observation.cluster().flatMap(ClusterView::leader).isPresent();
        java.time.Duration pause = led ? counted.rejoin().pause(loopWait) : loopWait;
        return counted.withRetryAt(OptionalLong.of(observation.now() + pause.toNanos()));
    }

    /** The lock is left to others for a TTL (reference 5.12). */
    private static Memory afterPromotion(Memory memory, boolean failed, Observation observation) {
        OptionalLong retryAt = failed
                ? OptionalLong.of(observation.now() + observation.config().ttl().toNanos())
                : OptionalLong.empty();
        return memory.withPromotionFailed(failed).withRetryAt(retryAt);
    }

    private static Memory afterStart(Memory memory, boolean succeeded) {
        return succeeded
                ? memory.withStartFailed(false).withCrashRecoveryTried(false).withDemotion(Optional.empty())
                : memory.withStartFailed(true);
    }

    private static Memory afterCheck(
            Memory before, Operation.CheckDivergence check, OperationResult result, Observation observation) {
        String against = leaderAndTimeline(observation, check.leader().member());
        Memory memory = before.withRejoin(before.rejoin().checked(observation.now()));
        return switch (result) {
            case OperationResult.InHistory _ ->
                memory.withDivergence(new Divergence(Divergence.State.IN_HISTORY, against, ""));
            case OperationResult.AtFork(String why) -> {
                boolean parted = leaderStreams(observation) && before.rejoin().hasStayed(AT_FORK, observation);
                yield memory.withDivergence(
                        parted
                                ? new Divergence(Divergence.State.DIVERGED, against, why)
                                : new Divergence(Divergence.State.IN_HISTORY, against, ""));
            }
            case OperationResult.Diverged(String why) ->
                memory.withDivergence(new Divergence(Divergence.State.DIVERGED, against, why));
            case OperationResult.WalMissing(String why) ->
                memory.withDivergence(new Divergence(Divergence.State.WAL_MISSING, against, why));
            case OperationResult.Succeeded _,
                    OperationResult.Failed _,
                    OperationResult.Hanging _,
                    OperationResult.Cancelled _ -> memory;
        };
    }

    /** A leader that is a standby gets what its primary writes: if that had come our way, it would have, too. */
    private static boolean leaderStreams(Observation observation) {
        return observation
                .cluster()
                .flatMap(ClusterView::leaderMember)
                .filter(Member::isStreaming)
                .isPresent();
    }

    private static Memory afterRewind(
            Memory memory, Operation.Rewind rewind, OperationResult result, Observation observation) {
        String against = leaderAndTimeline(observation, rewind.leader().member());
        return switch (result) {
            case OperationResult.Succeeded _ ->
                memory.withDivergence(new Divergence(Divergence.State.IN_HISTORY, against, ""));
            // a leader that was away for a moment is no reason to give up
            case OperationResult.Failed(String why) ->
                memory.rejoin().rewinds() < REWINDS
                        ? memory
                        : memory.withDivergence(new Divergence(Divergence.State.REWIND_FAILED, against, why));
            case OperationResult.Diverged(String why) ->
                memory.withDivergence(new Divergence(Divergence.State.REWIND_FAILED, against, why));
            case OperationResult.InHistory _,
                    OperationResult.AtFork _,
                    OperationResult.WalMissing _,
                    OperationResult.Hanging _,
                    OperationResult.Cancelled _ -> memory;
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
                ? memory.withDivergence(Divergence.unknown()).withRejoin(RejoinMemory.NONE)
                : memory;
    }

    /** Of the remote primary of a standby cluster no timeline is known here: it is asked again while nothing comes. */
    private static String leaderAndTimeline(Observation observation, String leader) {
        boolean leadsStandbys = observation.config().standbyCluster()
                && observation
                        .cluster()
                        .filter(view -> view.leads(observation.self()))
                        .isPresent();
        if (leadsStandbys) {
            return "the remote primary";
        }
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
