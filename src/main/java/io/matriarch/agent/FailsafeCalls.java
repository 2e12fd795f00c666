package io.matriarch.agent;

import io.matriarch.cluster.Lsn;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Writing;
import io.matriarch.ha.Action;
import io.matriarch.ha.Outcome.Result;
import io.matriarch.ha.Pledge;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the loop asks and writes for failsafe mode (reference 5.14). */
final class FailsafeCalls {
    /** The others answer from memory. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    /** What a primary needs to stop, should the others refuse. */
    private static final Duration TO_STOP = Duration.ofSeconds(1);

    private final Ticker ticker;
    private final Peers peers;
    private final LoopState state;
    private final Map<String, Pledge> pledges;

    /** {@code pledges} is filled for the rest of the cycle. */
    FailsafeCalls(Ticker ticker, Peers peers, LoopState state, Map<String, Pledge> pledges) {
        this.ticker = ticker;
        this.peers = peers;
        this.state = state;
        this.pledges = pledges;
    }

    /** The lease must not have ended meanwhile: what the others promise counts from now, and says nothing of a gap before. {@code slots}: name to position. */
    Result ask(Action.AskFailsafe question, Map<String, Lsn> slots) {
        long askedAt = ticker.nanos();
        Duration patience = patience(askedAt);
        if (!patience.isPositive()) {
            return new Result.Refused("the lease is almost over");
        }
        Set<String> accepted = question.members().isEmpty()
                ? Set.of()
                : peers.accepting(question.members(), call(slots), Deadline.after(ticker, patience));
        Set<String> silent = new TreeSet<>(question.members().keySet());
        silent.removeAll(accepted);
        if (!question.needed().stream().allMatch(needed -> needed.metBy(accepted))) {
            state.lines().failsafe("failsafe: not accepted by " + silent);
            return new Result.Refused("not accepted by " + silent);
        }
        if (!state.failsafeGranted(askedAt)) {
            return new Result.Refused("the lease ended before the members had answered");
        }
        state.watchdog().keepAlive(state.dynamic().ttl());
        state.lines().failsafe(silent.isEmpty() ? "" : "failsafe: going on although not accepted by " + silent);
        return new Result.Done();
    }

    private Duration patience(long now) {
        Duration left = state.lease().until().stream()
                .mapToObj(until -> Duration.ofNanos(until - now).minus(TO_STOP))
                .findFirst()
                .orElse(Duration.ZERO);
        return left.compareTo(PATIENCE) < 0 ? left : PATIENCE;
    }

    private Mapping call(Map<String, Lsn> slots) {
        Mapping positions = Mapping.empty();
        for (Map.Entry<String, Lsn> slot : slots.entrySet()) {
            positions = positions.with(slot.getKey(), slot.getValue().bytes());
        }
        return Mapping.empty()
                .with("name", state.configuration().name())
                .with("conn_url", MemberDocument.connUrl(state.configuration()))
                .with("api_url", state.configuration().restapi().apiUrl())
                .with("slots", positions)
                .with("ttl", state.dynamic().ttl().toSeconds());
    }

    Result askPledges(Action.AskPledges question) {
        long askedAt = ticker.nanos();
        pledges.clear();
        pledges.putAll(peers.pledging(
                question.members(),
                Mapping.empty().with("name", state.configuration().name()),
                Deadline.after(ticker, PATIENCE)));
        state.pledgesCollected(askedAt);
        return new Result.Done();
    }

    Result put(Action.PutFailsafe put, Dcs dcs) {
        state.failsafe().writing(put.members());
        Writing writing =
                dcs.write(new DcsCommand.PutFailsafe(put.members()), Deadline.after(ticker, state.dcsPatience()));
        if (writing instanceof Writing.Refused) {
            state.failsafe().notWritten(put.members());
        }
        return ActionRunner.result(writing);
    }
}
