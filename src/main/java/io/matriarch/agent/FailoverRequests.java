package io.matriarch.agent;

import io.matriarch.agent.Commands.Answer;
import io.matriarch.agent.Commands.TakeoverAnswer;
import io.matriarch.agent.Commands.Wait;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Takeover;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.Writing;
import io.matriarch.ha.PeerReply;
import io.matriarch.time.Deadline;
import io.matriarch.time.IsoTime;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Text;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** POST /switchover and /failover: checks, writes the request, waits for the result (reference 4.5). */
final class FailoverRequests {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PEER_PATIENCE = Duration.ofSeconds(2);

    private final Dcs dcs;
    private final Peers peers;
    private final InstantSource wallClock;
    private final Runnable wake;
    private final Supplier<String> self;
    private final CandidateWait candidates;

    FailoverRequests(
            Dcs dcs,
            Peers peers,
            InstantSource wallClock,
            Runnable wake,
            Supplier<String> self,
            CandidateWait candidates) {
        this.self = self;
        this.candidates = candidates;
        this.dcs = dcs;
        this.peers = peers;
        this.wallClock = wallClock;
        this.wake = wake;
    }

    /** What was asked for. */
    record Asked(boolean failover, Optional<String> leader, Optional<String> candidate, Optional<String> scheduledAt) {
        static Asked of(Mapping body, boolean failover) {
            Optional<String> leader = body.text("leader").filter(name -> !name.isEmpty());
            Optional<String> candidate =
                    body.text("candidate").or(() -> body.text("member")).filter(name -> !name.isEmpty());
            return new Asked(
                    failover && leader.isEmpty(),
                    leader,
                    candidate,
                    body.text("scheduled_at").filter(time -> !time.isEmpty()));
        }

        String action() {
            return failover ? "failover" : "switchover";
        }

        String title() {
            return failover ? "Failover" : "Switchover";
        }
    }

    TakeoverAnswer handle(Mapping body, boolean failover, DynamicConfiguration config, Wait wait) {
        Asked asked = Asked.of(body, failover);
        Optional<Answer> wrong = malformed(asked, failover, config);
        if (wrong.isPresent()) {
            return without(wrong.get());
        }
        Optional<ClusterView> view = read(config);
        if (view.isEmpty()) {
            return without(new Answer(503, "the DCS can't be read"));
        }
        Optional<Answer> impossible =
                asked.scheduledAt().isPresent() ? Optional.empty() : infeasible(asked, view.get(), config);
        return impossible.map(FailoverRequests::without).orElseGet(() -> carryOut(asked, view.get(), config, wait));
    }

    private static TakeoverAnswer without(Answer refusal) {
        return new TakeoverAnswer(refusal, OptionalLong.empty());
    }

    private Optional<Answer> malformed(Asked asked, boolean failover, DynamicConfiguration config) {
        if (failover && asked.candidate().isEmpty()) {
            return refused(400, "Failover could be performed only to a specific candidate");
        }
        if (!failover && asked.leader().isEmpty()) {
            return refused(400, "Switchover could be performed only from a specific leader");
        }
        if (asked.scheduledAt().isPresent()) {
            if (failover) {
                return refused(400, "Failover can't be scheduled");
            }
            if (config.paused()) {
                return refused(400, "Can't schedule switchover in the paused state");
            }
            Optional<Answer> time = wrongTime(asked.scheduledAt().get(), asked.action(), wallClock);
            if (time.isPresent()) {
                return time;
            }
        }
        if (config.paused() && asked.candidate().isEmpty()) {
            return refused(400, "Switchover is possible only to a specific candidate in a paused state");
        }
        return asked.leader().isPresent() && asked.leader().equals(asked.candidate())
                ? refused(400, "Switchover target and source are the same")
                : Optional.empty();
    }

    /** The same words for restarts and switchovers. */
    static Optional<Answer> wrongTime(String text, String action, InstantSource wallClock) {
        Optional<IsoTime> time = IsoTime.parse(text);
        if (time.isEmpty()) {
            return refused(
                    422, "Unable to parse scheduled timestamp. It should be in an unambiguous format, e.g. ISO 8601");
        }
        Optional<ZoneOffset> zone = time.get().zone();
        if (zone.isEmpty()) {
            return refused(400, "Timezone information is mandatory for the scheduled " + action);
        }
        return time.get().local().toInstant(zone.get()).isBefore(wallClock.instant())
                ? refused(422, "Cannot schedule " + action + " in the past")
                : Optional.empty();
    }

    private Optional<Answer> infeasible(Asked asked, ClusterView view, DynamicConfiguration config) {
        Optional<String> current = view.leader().map(Leader::name);
        if (asked.leader().isPresent() && !asked.leader().equals(current)) {
            return refused(412, "leader name does not match");
        }
        List<Member> others = view.members().stream()
                .filter(member -> !current.equals(Optional.of(member.name())))
                .toList();
        if (asked.candidate().isPresent()) {
            if (!asked.failover()
                    && onlySynchronous(view, config)
                    && !view.sync().names(asked.candidate().get())) {
                return refused(412, "candidate name does not match with sync_standby");
            }
            others = others.stream()
                    .filter(member -> member.name().equals(asked.candidate().get()))
                    .toList();
            if (others.isEmpty()) {
                return refused(412, "candidate does not exists");
            }
        } else if (onlySynchronous(view, config)) {
            others = others.stream()
                    .filter(member -> view.sync().names(member.name()))
                    .toList();
            if (others.isEmpty()) {
                return refused(412, asked.action() + " is not possible: can not find sync_standby");
            }
        } else if (others.isEmpty()) {
            return refused(412, asked.action() + " is not possible: cluster does not have members except leader");
        }
        Map<String, PeerReply> replies = peers.ask(others, Deadline.after(PEER_PATIENCE));
        List<Member> good = others.stream()
                .filter(member -> Optional.ofNullable(replies.get(member.name()))
                        .filter(PeerReply::mayPromote)
                        .isPresent())
                .toList();
        if (good.isEmpty()) {
            return refused(412, asked.action() + " is not possible: no good candidates have been found");
        }
        boolean fromHere = !asked.failover() && current.equals(Optional.of(self.get()));
        return fromHere && !candidates.oneStreams(good)
                ? refused(
                        412,
                        asked.action() + " is not possible: no candidate streams from the leader, it would not get the"
                                + " last changes; try again when one does")
                : Optional.empty();
    }

    /** Only a synchronous standby has all commits; with a quorum any may, which the election finds out. */
    private static boolean onlySynchronous(ClusterView view, DynamicConfiguration config) {
        return config.synchronous() && !config.quorumCommit() && !view.sync().isEmpty();
    }

    private TakeoverAnswer carryOut(Asked asked, ClusterView view, DynamicConfiguration config, Wait wait) {
        Mapping request = Mapping.empty()
                .with("leader", asked.leader().map(Text::new))
                .with("member", asked.candidate().map(Text::new))
                .with("scheduled_at", asked.scheduledAt().map(Text::new));
        Writing written = dcs.write(
                new DcsCommand.PutFailover(request, OptionalLong.empty()), Deadline.after(config.retryTimeout()));
        if (!(written instanceof Writing.Written(long revision))) {
            return without(new Answer(503, "failed to write failover key into DCS"));
        }
        wake.run();
        Answer answer = asked.scheduledAt().isPresent()
                ? new Answer(202, "Switchover scheduled")
                : switch (wait) {
                    case FOR_THE_REQUEST -> new Answer(202, asked.title() + " requested");
                    case FOR_THE_RESULT ->
                        await(asked, view.leader().map(Leader::name).orElse(""), config);
                };
        return new TakeoverAnswer(answer, OptionalLong.of(revision));
    }

    private Answer await(Asked asked, String before, DynamicConfiguration config) {
        long seconds = 2 * Math.max(10, config.loopWait().toSeconds());
        Deadline deadline = Deadline.after(Duration.ofSeconds(seconds));
        while (!deadline.expired()) {
            pause();
            Optional<ClusterView> view = read(config);
            Optional<String> leader = view.flatMap(ClusterView::leader).map(Leader::name);
            if (leader.isPresent() && !leader.get().equals(before)) {
                return new Answer(200, Takeover.outcome(asked.failover(), asked.candidate(), leader.get()));
            }
            if (leader.isPresent() && view.get().failover().isEmpty()) {
                return new Answer(503, asked.title() + " failed");
            }
        }
        return new Answer(
                503,
                asked.title() + " status unknown after " + seconds + " seconds; operation may still be in progress");
    }

    private Optional<ClusterView> read(DynamicConfiguration config) {
        return dcs.readFresh(Deadline.after(config.retryTimeout())) instanceof Reading.Known(ClusterView view)
                ? Optional.of(view)
                : Optional.empty();
    }

    private static void pause() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<Answer> refused(int status, String text) {
        return Optional.of(new Answer(status, text));
    }
}
