package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.SlotName;
import io.matriarch.cluster.Status;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Writing;
import io.matriarch.ha.Action;
import io.matriarch.ha.Observation;
import io.matriarch.ha.Outcome.Result;
import io.matriarch.ha.PeerReply;
import io.matriarch.postgres.Postgres;
import io.matriarch.postgres.PostgresConfiguration;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Carries out one action through the ports and says what became of it. */
final class ActionRunner {
    private static final Logger LOG = Logger.getLogger(ActionRunner.class);
    private static final Duration PEER_PATIENCE = Duration.ofSeconds(2);
    private static final Duration SQL_PATIENCE = Duration.ofSeconds(5);

    private final Ticker ticker;
    private final Dcs dcs;
    private final Postgres postgres;
    private final Peers peerPort;
    private final LoopState state;
    private final Map<String, PeerReply> replies;
    private final FailsafeCalls failsafe;
    private String slotProblem = "";

    ActionRunner(
            Ticker ticker,
            Dcs dcs,
            Postgres postgres,
            Peers peerPort,
            LoopState state,
            Map<String, PeerReply> replies,
            Set<String> pledged) {
        this.ticker = ticker;
        this.dcs = dcs;
        this.postgres = postgres;
        this.peerPort = peerPort;
        this.state = state;
        this.replies = replies;
        this.failsafe = new FailsafeCalls(ticker, peerPort, state, pledged);
    }

    Result carryOut(Action action, Observation observation) {
        return switch (action) {
            case Action.Idle _, Action.Exit _ -> new Result.Done();
            case Action.AcquireLeaderLock _ -> lock(new DcsCommand.AcquireLeader());
            case Action.TakeLeaderLock _ -> lock(new DcsCommand.TakeLeader());
            case Action.RenewLeaderLock _ -> renew(observation);
            case Action.ReleaseLeaderLock(Optional<Lsn> position) -> release(position, observation);
            case Action.CreateInitialize _ -> write(new DcsCommand.CreateInitialize());
            case Action.PutInitialize(String identifier) -> write(new DcsCommand.PutInitialize(identifier));
            case Action.DeleteInitialize _ -> write(new DcsCommand.DeleteInitialize());
            case Action.PutConfig _ ->
                write(new DcsCommand.PutConfig(state.dynamic().raw(), OptionalLong.empty()));
            case Action.ClearFailoverRequest(long revision) ->
                write(new DcsCommand.PutFailover(Mapping.empty(), OptionalLong.of(revision)));
            case Action.AskPeers(Set<String> members) -> ask(members, observation);
            case Action.AskFailsafe question -> failsafe.ask(question);
            case Action.AskPledges question -> failsafe.askPledges(question);
            case Action.PutFailsafe put -> failsafe.put(put, dcs);
            case Action.PutHistory put -> write(new DcsCommand.PutHistory(put.history()));
            case Action.SyncSlots(Set<String> members) -> syncSlots(members);
            case Action.Begin begin -> {
                postgres.begin(begin.operation());
                state.began(begin.operation());
                yield new Result.Done();
            }
            case Action.CancelOperation _ -> {
                postgres.cancelOperation();
                yield new Result.Done();
            }
            case Action.StopAtOnce _ -> {
                postgres.stopAtOnce();
                yield new Result.Done();
            }
        };
    }

    /** Hands the configuration in effect to PostgreSQL and to the DCS client. */
    void reload() {
        dcs.setTtl(state.dynamic().ttl());
        postgres.reload(
                        new PostgresConfiguration(state.configuration(), state.dynamic()),
                        Deadline.after(ticker, SQL_PATIENCE))
                .ifPresent(why -> LOG.warnf("the configuration could not be applied: %s", why));
    }

    private Result write(DcsCommand command) {
        return result(dcs.write(command, Deadline.after(ticker, state.dcsPatience())));
    }

    private Result lock(DcsCommand command) {
        long askedAt = ticker.nanos();
        boolean races = command instanceof DcsCommand.AcquireLeader;
        Duration patience = races ? state.racePatience() : state.dcsPatience();
        Optional<String> forbidden = state.beginRace(patience);
        if (forbidden.isPresent()) {
            return new Result.Refused(forbidden.get());
        }
        Result result = result(dcs.write(command, Deadline.after(ticker, patience)));
        switch (result) {
            case Result.Done _ -> state.lockConfirmed(askedAt);
            case Result.Refused(String why) -> {
                state.lockLost();
                LOG.infof("the leader lock is not ours: %s", why);
            }
            case Result.Unavailable(String why) -> LOG.warnf("the DCS did not confirm the leader lock: %s", why);
        }
        return result;
    }

    private Result renew(Observation observation) {
        Result result = lock(new DcsCommand.RenewLeader());
        if (result instanceof Result.Done) {
            publishStatus(observation);
        }
        return result;
    }

    /** The position and the slots, for the others; a failure here never costs the lock. */
    private void publishStatus(Observation observation) {
        Optional<ServerReading> reading = observation.server().reading().filter(answer -> !answer.inRecovery());
        if (reading.isEmpty()) {
            return;
        }
        Map<String, Lsn> slots = new TreeMap<>();
        for (ServerReading.Slot slot : reading.get().slots()) {
            slot.position().ifPresent(position -> slots.put(slot.name(), position));
        }
        slots.put(SlotName.of(observation.self()), reading.get().position());
        Status status = new Status(reading.get().position(), slots, List.copyOf(new TreeSet<>(slots.keySet())));
        boolean known = observation
                .cluster()
                .filter(view -> view.status().equals(status))
                .isPresent();
        if (!known) {
            dcs.write(
                    new DcsCommand.PutStatus(status),
                    Deadline.after(ticker, state.dcsPatience().dividedBy(3)));
        }
    }

    private Result release(Optional<Lsn> position, Observation observation) {
        Optional<Status> last = position.map(end -> {
            Status before = observation.cluster().map(view -> view.status()).orElse(Status.UNKNOWN);
            return new Status(end, before.slots(), before.retainSlots());
        });
        Result result = write(new DcsCommand.ReleaseLeader(last));
        state.lockLost();
        return result;
    }

    private Result ask(Set<String> names, Observation observation) {
        Map<String, Member> known = observation.cluster().stream()
                .flatMap(view -> view.members().stream())
                .collect(Collectors.toMap(Member::name, member -> member));
        state.lastMembers().forEach(known::putIfAbsent);
        observation
                .cluster()
                .map(ClusterView::failsafe)
                .orElse(Map.of())
                .forEach((name, url) ->
                        known.putIfAbsent(name, new Member(name, Mapping.empty().with("api_url", url), 0, 0)));
        List<Member> asked =
                names.stream().filter(known::containsKey).map(known::get).toList();
        replies.putAll(peerPort.ask(asked, Deadline.after(ticker, PEER_PATIENCE)));
        return new Result.Done();
    }

    private Result syncSlots(Set<String> members) {
        Set<String> wanted = state.slotsToKeep(members, ticker.nanos());
        Optional<String> problem = postgres.syncSlots(wanted, Deadline.after(ticker, SQL_PATIENCE));
        if (!problem.orElse("").equals(slotProblem)) {
            problem.ifPresent(why -> LOG.warnf("replication slots: %s", why));
            slotProblem = problem.orElse("");
        }
        return problem.<Result>map(Result.Unavailable::new).orElseGet(Result.Done::new);
    }

    static Result result(Writing writing) {
        return switch (writing) {
            case Writing.Written _ -> new Result.Done();
            case Writing.Refused(String why) -> new Result.Refused(why);
            case Writing.Unavailable(String why) -> new Result.Unavailable(why);
        };
    }
}
