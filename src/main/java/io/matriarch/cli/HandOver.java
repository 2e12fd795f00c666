package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer;
import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Answer.Unreachable;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cli.MemberApi.Patience;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.FailoverRequest;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.TakeoverNews;
import io.matriarch.dcs.DcsCommand.PutFailover;
import io.matriarch.dcs.Writing;
import io.matriarch.time.IsoTime;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** A switchover or failover by a person's order: what is asked, checked, requested and shown (reference 7.3). */
final class HandOver {
    /** A switchover goes from a leader and can wait; a failover goes to a candidate, leader or not. */
    enum Kind {
        SWITCHOVER,
        FAILOVER;

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        private String title() {
            return name().charAt(0) + text().substring(1);
        }
    }

    /** What the command line says; the rest is asked, unless {@code force}. */
    record Order(
            Kind kind,
            Optional<String> leader,
            Optional<String> candidate,
            Optional<String> scheduled,
            boolean force) {}

    private final CtlSession session;
    private final OpenCluster cluster;
    private final Order order;
    private final ClusterView view;
    private final DynamicConfiguration config;

    HandOver(CtlSession session, OpenCluster cluster, Order order) {
        this.session = session;
        this.cluster = cluster;
        this.order = order;
        this.view = cluster.read();
        this.config = view.config().orElse(DynamicConfiguration.DEFAULTS);
    }

    /** @throws CtlError if it makes no sense, or the person doesn't want it after all */
    void run() {
        session.terminal().echo("Current cluster topology");
        show(view);
        Optional<String> from = order.kind() == Kind.SWITCHOVER ? Optional.of(leader()) : Optional.empty();
        String to = candidate();
        confirmAsynchronous(to);
        Optional<OffsetDateTime> at = order.kind() == Kind.SWITCHOVER ? schedule() : Optional.empty();
        confirm(at);
        request(new FailoverRequest(from, Optional.of(to).filter(name -> !name.isEmpty()), at.map(IsoTime::format), 0));
    }

    private String leader() {
        String leader = currentLeader().orElseThrow(() -> new CtlError("This cluster has no leader"));
        String named = order.leader()
                .orElseGet(() -> order.force()
                        ? leader
                        : session.terminal()
                                .prompt(config.standbyCluster() ? "Standby Leader" : "Primary", Optional.of(leader)));
        if (!named.equals(leader)) {
            throw new CtlError("Member " + named + " is not the leader of cluster " + cluster.name());
        }
        return leader;
    }

    private Optional<String> currentLeader() {
        return view.leader().map(Leader::name);
    }

    /** Empty text: whoever is best. */
    private String candidate() {
        List<String> candidates = view.members().stream()
                .filter(member -> !view.leads(member.name()) && !member.tags().nofailover())
                .map(Member::name)
                .toList();
        if (candidates.isEmpty()) {
            throw new CtlError("No candidates found to " + order.kind().text() + " to");
        }
        String candidate = order.candidate()
                .orElseGet(() -> order.force()
                        ? ""
                        : session.terminal().prompt("Candidate " + pythonList(candidates), Optional.of("")));
        if (order.kind() == Kind.FAILOVER && candidate.isEmpty()) {
            throw new CtlError("Failover could be performed only to a specific candidate");
        }
        if (!candidate.isEmpty() && !candidates.contains(candidate)) {
            throw new CtlError("Member " + candidate
                    + (view.leads(candidate)
                            ? " is already the leader of cluster " + cluster.name()
                            : " does not exist in cluster " + cluster.name() + " or is tagged as nofailover"));
        }
        return candidate;
    }

    private static String pythonList(List<String> names) {
        return names.stream().collect(Collectors.joining("', '", "['", "']"));
    }

    private void confirmAsynchronous(String candidate) {
        boolean asynchronous = config.synchronous()
                && !view.sync().isEmpty()
                && !view.sync().names(candidate)
                && view.sync().leader().filter(candidate::equalsIgnoreCase).isEmpty();
        if (order.kind() == Kind.FAILOVER && asynchronous) {
            ask(
                    "Are you sure you want to failover to the asynchronous node " + candidate + "?",
                    "Aborting " + order.kind().text());
        }
    }

    private Optional<OffsetDateTime> schedule() {
        String text = order.scheduled()
                .orElseGet(() -> order.force()
                        ? "now"
                        : session.terminal()
                                .prompt(
                                        "When should the switchover take place (e.g. " + ScheduledTime.example(session)
                                                + " ) ",
                                        Optional.of("now")));
        Optional<OffsetDateTime> at = ScheduledTime.parse(text, session.clock());
        if (at.isPresent() && config.paused()) {
            throw new CtlError("Can't schedule switchover in the paused state");
        }
        return at;
    }

    private void confirm(Optional<OffsetDateTime> at) {
        String action = order.kind().text();
        String demoting =
                currentLeader().map(name -> ", demoting current leader " + name).orElse("");
        if (at.isPresent()) {
            ask(
                    "Are you sure you want to schedule switchover of cluster " + cluster.name() + " at "
                            + IsoTime.format(at.get()) + demoting + "?",
                    "Aborting scheduled " + action);
        } else {
            ask(
                    "Are you sure you want to " + action + " cluster " + cluster.name() + demoting + "?",
                    "Aborting " + action);
        }
    }

    private void ask(String question, String refusal) {
        if (!order.force() && !session.terminal().confirm(question)) {
            throw new CtlError(refusal);
        }
    }

    private void request(FailoverRequest request) {
        switch (followed(send(request))) {
            case Answered(int status, String text)
            when status == 200 || status == 202 -> {
                session.terminal().echo(session.timestamp() + " " + text);
                show(cluster.read());
            }
            case Answered(int status, String text) ->
                session.terminal()
                        .echo(order.kind().title() + (text.contains("status unknown") ? " result unknown" : " failed")
                                + ", details: " + status + ", " + text);
            case Unreachable(String why) -> {
                session.warn(why);
                session.warn("Failing over to DCS");
                session.terminal()
                        .echo(session.timestamp() + " Could not " + order.kind().text()
                                + " using Patroni api, falling back to DCS");
                writeToDcs(request);
                show(view);
            }
        }
    }

    /** A receipt becomes the answer that Patroni gives at the end. */
    private Answer followed(Answer answer) {
        Optional<TakeoverNews> begun = answer instanceof Answered(int status, String text) && status == 202
                ? TakeoverFollower.news(text)
                : Optional.empty();
        return begun.map(news -> new TakeoverFollower(session, view.members()).follow(news))
                .map(this::result)
                .orElse(answer);
    }

    private Answer result(TakeoverNews last) {
        return switch (last.phase()) {
            case DONE -> new Answered(200, last.result().orElse(""));
            case FAILED -> new Answered(503, last.result().orElse(""));
            case SCHEDULED, REQUESTED, STOPPING, WAITING_FOR_CANDIDATE, RELEASED, PROMOTING, TIMED_OUT ->
                new Answered(
                        503,
                        order.kind().title() + " status unknown, it was "
                                + last.phase().text() + "; GET /operations/" + last.id() + " tells more");
        };
    }

    private Answer send(FailoverRequest request) {
        Optional<Member> asked = view.leader().isPresent()
                ? view.leaderMember()
                : request.candidate().flatMap(view::member);
        if (asked.isEmpty()) {
            return new Unreachable("the leader has no member key");
        }
        Value candidate = request.candidate().<Value>map(Value::of).orElse(new Value.Null());
        Mapping body = Mapping.empty()
                .with("candidate", candidate)
                .with("leader", request.leader().map(Value::of))
                .with("scheduled_at", request.scheduledAt().map(Value::of));
        Patience patience = session.terminal().isScreen() ? Patience.FOR_A_RECEIPT : Patience.FOR_THE_RESULT;
        Answer answer = session.ask(Method.POST, asked.get(), order.kind().text(), Optional.of(body), patience);
        boolean tooOld = answer instanceof Answered(int status, String text)
                && status == 501
                && text.contains("Server does not support this operation");
        return tooOld && order.kind() == Kind.SWITCHOVER
                ? session.ask(Method.POST, asked.get(), "failover", Optional.of(body))
                : answer;
    }

    private void writeToDcs(FailoverRequest request) {
        Writing writing = cluster.write(new PutFailover(request.toJson(), OptionalLong.empty()));
        switch (writing) {
            case Writing.Written _ -> {}
            case Writing.Refused(String why) -> throw new CtlError("The DCS refused the request: " + why);
            case Writing.Unavailable(String why) ->
                throw new CtlError("The request can't be written to the DCS: " + why);
        }
    }

    private void show(ClusterView shown) {
        session.terminal().echo(ClusterTable.render(shown, cluster.name(), OutputFormat.PRETTY, false));
    }
}
