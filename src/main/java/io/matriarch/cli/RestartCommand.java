package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Member;
import io.matriarch.time.IsoTime;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl restart: restarts PostgreSQL on members, now or at a given time. */
@Command(name = "restart")
final class RestartCommand extends CtlCommand {
    @Parameters(index = "0", arity = "1", paramLabel = "CLUSTER_NAME")
    private String cluster = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "MEMBER_NAMES")
    private List<String> names = List.of();

    @Option(
            names = {"-r", "--role"},
            paramLabel = "[leader|primary|standby-leader|replica|standby|any]",
            description = "Restart only members with this role")
    private RoleFilter role = RoleFilter.ANY;

    @Option(names = "--any", description = "Restart a single member only")
    private boolean any;

    @Option(
            names = "--scheduled",
            paramLabel = "TEXT",
            description = "Timestamp of a scheduled restart in unambiguous format (e.g. ISO 8601)")
    private Optional<String> scheduled = Optional.empty();

    @Option(
            names = "--pg-version",
            paramLabel = "TEXT",
            description = "Restart if the PostgreSQL version is less than provided (e.g. 9.5.2)")
    private Optional<String> version = Optional.empty();

    @Option(names = "--pending", description = "Restart if pending")
    private boolean pending;

    @Option(
            names = "--timeout",
            paramLabel = "TEXT",
            description = "Return error and fail over if necessary when restarting takes longer than this.")
    private Optional<String> timeout = Optional.empty();

    @Option(names = "--force", description = "Do not ask for confirmation at any point")
    private boolean force;

    @Override
    void run(CtlSession session) {
        ClusterView view = session.cluster(Optional.of(cluster)).read();
        MemberSelection selection = new MemberSelection(session, cluster, view, role, force, "restart");
        List<Member> members = selection.choose(names);
        Optional<OffsetDateTime> at = ScheduledTime.parse(whenToRestart(session), session.clock());
        RestartOrder order = new RestartOrder(view);
        members = order.sorted(narrowed(members, at.isEmpty()));
        order.advice(members).ifPresent(session.terminal()::echo);
        if (at.isPresent()) {
            selection.confirmScheduled(members, at.get(), pending);
        } else {
            selection.confirm(members);
        }
        Mapping request = request(session, at);
        if (at.isPresent() && view.config().filter(DynamicConfiguration::paused).isPresent()) {
            throw new CtlError("Can't schedule restart in the paused state");
        }
        for (Member member : members) {
            if (at.isEmpty()) {
                awaitPrimarysParameters(session, order.precedes(member, members), member);
            }
            restart(session, member, request, at.isPresent());
        }
    }

    private static void awaitPrimarysParameters(CtlSession session, Optional<Member> primary, Member standby) {
        boolean knows = primary.map(leader -> new ReplayWait(session).await(leader, standby))
                .orElse(true);
        if (!knows) {
            session.terminal()
                    .echo(
                            standby.name() + " has not replayed yet what the primary "
                                    + primary.orElseThrow().name()
                                    + " wrote after its restart: if it still waits for a restart afterwards, restart it once more");
        }
    }

    private String whenToRestart(CtlSession session) {
        return scheduled.orElseGet(() -> force
                ? "now"
                : session.terminal()
                        .prompt(
                                "When should the restart take place (e.g. " + ScheduledTime.example(session) + ") ",
                                Optional.of("now")));
    }

    private List<Member> narrowed(List<Member> members, boolean now) {
        List<Member> narrowed = new ArrayList<>(members);
        if (pending && now) {
            narrowed.removeIf(member -> !member.data().bool("pending_restart").orElse(false));
        }
        if (any) {
            Collections.shuffle(narrowed);
            return narrowed.stream().limit(1).toList();
        }
        return narrowed;
    }

    private Mapping request(CtlSession session, Optional<OffsetDateTime> at) {
        String olderThan = version.orElseGet(() -> force
                ? ""
                : session.terminal()
                        .prompt(
                                "Restart if the PostgreSQL version is less than provided (e.g. 9.5.2) ",
                                Optional.of("")));
        Mapping request = pending ? Mapping.empty().with("restart_pending", true) : Mapping.empty();
        if (!olderThan.isEmpty()) {
            request = request.with("postgres_version", PostgresVersion.check(olderThan));
        }
        return request.with("schedule", at.map(IsoTime::format).map(Value::of)).with("timeout", timeout.map(Value::of));
    }

    private void restart(CtlSession session, Member member, Mapping request, boolean later) {
        if (later && force && !member.data().mapping("scheduled_restart").isEmpty()) {
            Answered flushed = Answers.require(session.ask(Method.DELETE, member, "restart", Optional.empty()), member);
            if (flushed.status() >= 400) {
                session.terminal().echo(Answers.failure("flush scheduled restart", member, flushed));
            }
        }
        Answered answer = Answers.require(session.ask(Method.POST, member, "restart", Optional.of(request)), member);
        session.terminal()
                .echo(
                        switch (answer.status()) {
                            case 200 -> "Success: restart on member " + member.name();
                            case 202 -> "Success: restart scheduled on member " + member.name();
                            case 409 -> "Failed: another restart is already scheduled on member " + member.name();
                            default -> Answers.failure("restart", member, answer);
                        });
    }
}
