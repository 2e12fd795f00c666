package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.SynchronousStandbyNames;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Writing;
import io.matriarch.ha.Action;
import io.matriarch.ha.Observation;
import io.matriarch.ha.Outcome.Result;
import io.matriarch.ha.PeerReply;
import io.matriarch.ha.Pledge;
import io.matriarch.postgres.Postgres;
import io.matriarch.postgres.PostgresConfiguration;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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
    private final StatusReport statusReport = new StatusReport();
    private final FailsafeCalls failsafe;
    private String slotProblem = "";
    private Optional<String> standbyNamesProblem = Optional.empty();

    ActionRunner(
            Ticker ticker,
            Dcs dcs,
            Postgres postgres,
            Peers peerPort,
            LoopState state,
            Map<String, PeerReply> replies,
            Map<String, Pledge> pledges) {
        this.ticker = ticker;
        this.dcs = dcs;
        this.postgres = postgres;
        this.peerPort = peerPort;
        this.state = state;
        this.replies = replies;
        this.failsafe = new FailsafeCalls(ticker, peerPort, state, pledges);
    }

    Result carryOut(Action action, Observation observation) {
        observation
                .cluster()
                .ifPresent(view -> statusReport.leaderIs(
                        view.leader().map(Leader::name), observation.self(), view, observation.now()));
        return switch (action) {
            case Action.Idle _, Action.Exit _ -> new Result.Done();
            case Action.AcquireLeaderLock _ -> lock(new DcsCommand.AcquireLeader());
            case Action.TakeLeaderLock _ -> lock(new DcsCommand.TakeLeader());
            case Action.RenewLeaderLock _ -> renew(observation);
            case Action.ReleaseLeaderLock(Optional<Lsn> position) -> release(position, observation);
            case Action.CreateInitialize _ -> write(new DcsCommand.CreateInitialize());
            case Action.RegisterBootstrap(String identifier) -> write(new DcsCommand.RegisterBootstrap(identifier));
            case Action.PutInitialize(String identifier) -> write(new DcsCommand.PutInitialize(identifier));
            case Action.DeleteInitialize _ -> write(new DcsCommand.DeleteInitialize());
            case Action.PutConfig _ ->
                write(new DcsCommand.PutConfig(state.dynamic().raw(), OptionalLong.empty()));
            case Action.ClearFailoverRequest(long revision, Optional<String> refusal) -> {
                refusal.ifPresent(LOG::warn);
                yield write(new DcsCommand.PutFailover(Mapping.empty(), OptionalLong.of(revision)));
            }
            case Action.AskPeers(Set<String> members, long _) -> ask(members, observation);
            case Action.AskFailsafe question -> failsafe.ask(question, StatusReport.slots(observation));
            case Action.AskPledges question -> failsafe.askPledges(question);
            case Action.PutFailsafe put -> failsafe.put(put, dcs);
            case Action.PutHistory put -> write(new DcsCommand.PutHistory(put.history()));
            case Action.PutSync(SyncState key) -> putSync(key, observation);
            case Action.DeleteSync(long revision) -> write(new DcsCommand.DeleteSync(revision));
            case Action.SetStandbyNames(Optional<SynchronousStandbyNames> names) -> setStandbyNames(names);
            case Action.SyncSlots plan -> syncSlots(plan);
            case Action.SetSlotParameters(Map<String, String> parameters) -> setSlotParameters(parameters);
            case Action.ActivateWatchdog _ ->
                state.watchdog()
                        .activate(state.dynamic().ttl(), state.dynamic().loopWait())
                        .<Result>map(Result.Refused::new)
                        .orElseGet(Result.Done::new);
            case Action.DisarmWatchdog _ -> {
                state.watchdog().disarm();
                yield new Result.Done();
            }
            case Action.Begin begin -> {
                state.beginning(begin.operation());
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
        Duration patience = state.racePatience();
        Optional<String> forbidden = state.beginRace(patience);
        if (forbidden.isPresent()) {
            return new Result.Refused(forbidden.get());
        }
        Result result = result(dcs.write(command, Deadline.after(ticker, patience)));
        switch (result) {
            case Result.Done _ -> {
                state.lockConfirmed(askedAt);
                state.watchdog().keepAlive(state.dynamic().ttl());
            }
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
        observation
                .server()
                .reading()
                .filter(reading -> !reading.inRecovery() || observation.config().standbyCluster())
                .flatMap(_ -> statusReport.of(observation))
                .filter(status -> observation
                        .cluster()
                        .filter(view -> view.status().equals(status))
                        .isEmpty())
                .ifPresent(status -> dcs.write(
                        new DcsCommand.PutStatus(status),
                        Deadline.after(ticker, state.dcsPatience().dividedBy(3))));
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

    private Result syncSlots(Action.SyncSlots plan) {
        Optional<String> failure = postgres.changeSlots(plan.changes(), Deadline.after(ticker, SQL_PATIENCE));
        List<String> all = new ArrayList<>(plan.problems());
        failure.ifPresent(all::add);
        String told = String.join("; ", all);
        if (!told.equals(slotProblem) && !told.isEmpty()) {
            LOG.warnf("replication slots: %s", told);
        }
        slotProblem = told;
        return result(failure);
    }

    private Result setSlotParameters(Map<String, String> parameters) {
        Optional<String> failure = postgres.setSlotParameters(parameters, Deadline.after(ticker, SQL_PATIENCE));
        failure.ifPresent(why -> LOG.warnf("the parameters %s for replication slots: %s", parameters, why));
        return result(failure);
    }

    private static Result result(Optional<String> failure) {
        return failure.<Result>map(Result.Unavailable::new).orElseGet(Result.Done::new);
    }

    private Result putSync(SyncState key, Observation observation) {
        SyncState before = observation.cluster().map(ClusterView::sync).orElse(SyncState.NONE);
        Result result = write(new DcsCommand.PutSync(key));
        boolean same = before.leader().equals(key.leader())
                && before.quorum() == key.quorum()
                && before.standbys().equals(key.standbys());
        switch (result) {
            case Result.Done _ when before.isEmpty() -> LOG.info("Enabled synchronous replication");
            case Result.Done _ when same -> LOG.debug("the sync key is as expected");
            case Result.Done _
            when observation.config().quorumCommit() ->
                LOG.infof(
                        "Setting leader to %s, quorum to %d of (%s)",
                        observation.self(), key.quorum(), String.join(", ", key.standbys()));
            case Result.Done _ -> LOG.infof("Synchronous standby status assigned to %s", key.standbys());
            case Result.Refused(String why) -> LOG.infof("the sync key was not written: %s", why);
            case Result.Unavailable(String why) -> LOG.warnf("the sync key could not be written: %s", why);
        }
        return result;
    }

    private Result setStandbyNames(Optional<SynchronousStandbyNames> names) {
        Optional<String> problem = postgres.setSynchronousStandbyNames(
                names.map(SynchronousStandbyNames::text), Deadline.after(ticker, SQL_PATIENCE));
        if (!problem.equals(standbyNamesProblem)) {
            problem.ifPresent(why -> LOG.warnf("synchronous_standby_names could not be set: %s", why));
            standbyNamesProblem = problem;
        }
        return problem.<Result>map(Result.Unavailable::new).orElseGet(() -> {
            names.ifPresent(value -> LOG.infof("synchronous_standby_names is now '%s'", value.text()));
            return new Result.Done();
        });
    }

    static Result result(Writing writing) {
        return switch (writing) {
            case Writing.Written _ -> new Result.Done();
            case Writing.Refused(String why) -> new Result.Refused(why);
            case Writing.Unavailable(String why) -> new Result.Unavailable(why);
        };
    }
}
