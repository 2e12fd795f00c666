package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Answer.Unreachable;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.FailoverRequest;
import io.matriarch.cluster.Member;
import io.matriarch.dcs.DcsCommand.PutFailover;
import io.matriarch.dcs.Writing;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl flush: drops what is scheduled. */
@Command(name = "flush")
final class FlushCommand extends CtlCommand {
    @Parameters(index = "0", arity = "1", paramLabel = "CLUSTER_NAME")
    private String cluster = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "[MEMBER_NAMES]... {restart|switchover}")
    private List<String> namesAndTarget = List.of();

    @Option(
            names = {"-r", "--role"},
            paramLabel = "[leader|primary|standby-leader|replica|standby|any]",
            description = "Flush only members with this role")
    private RoleFilter role = RoleFilter.ANY;

    @Option(names = "--force", description = "Do not ask for confirmation at any point")
    private boolean force;

    @Override
    void run(CtlSession session) {
        List<String> names = namesAndTarget.subList(0, namesAndTarget.size() - 1);
        switch (namesAndTarget.getLast()) {
            case "restart" -> flushRestarts(session, names);
            case "switchover" -> flushSwitchover(session);
            default -> throw new CtlError("'" + namesAndTarget.getLast() + "' is not one of 'restart', 'switchover'.");
        }
    }

    private void flushRestarts(CtlSession session, List<String> names) {
        ClusterView view = session.cluster(Optional.of(cluster)).read();
        MemberSelection selection = new MemberSelection(session, cluster, view, role, force, "flush");
        List<Member> members = selection.choose(names);
        selection.confirm(members);
        for (Member member : members) {
            session.terminal()
                    .echo(
                            member.data().mapping("scheduled_restart").isEmpty()
                                    ? "No scheduled restart for member " + member.name()
                                    : flushRestart(session, member));
        }
    }

    private static String flushRestart(CtlSession session, Member member) {
        String action = "flush scheduled restart";
        Answered answer = Answers.require(session.ask(Method.DELETE, member, "restart", Optional.empty()), member);
        return answer.status() >= 400
                ? Answers.failure(action, member, answer)
                : "Success: " + action + " for member " + member.name();
    }

    private void flushSwitchover(CtlSession session) {
        OpenCluster open = session.cluster(Optional.of(cluster));
        ClusterView view = open.read();
        Optional<FailoverRequest> scheduled = view.failover().filter(FailoverRequest::isScheduled);
        if (scheduled.isEmpty()) {
            session.terminal().echo("No pending scheduled switchover");
        } else if (!flushedByMember(session, view)) {
            session.warn("Failing over to DCS");
            session.terminal()
                    .echo(session.timestamp() + " Could not find any accessible member of cluster " + cluster);
            clear(open, scheduled.get());
        }
    }

    private static boolean flushedByMember(CtlSession session, ClusterView view) {
        for (Member member : Maintenance.leaderFirst(view)) {
            switch (session.ask(Method.DELETE, member, "switchover", Optional.empty())) {
                case Answered(int status, String text)
                when status == 200 || status == 404 -> {
                    session.terminal().echo((status == 200 ? "Success: " : "Failed: ") + text);
                    return true;
                }
                case Answered(int status, String text) ->
                    session.terminal()
                            .echo("Failed: member=" + member.name() + ", status_code=" + status + ", (" + text + ")");
                case Unreachable(String why) -> {
                    session.warn(why);
                    session.warn("Member " + member.name() + " is not accessible");
                }
            }
        }
        return false;
    }

    private static void clear(OpenCluster open, FailoverRequest scheduled) {
        PutFailover nothing = new PutFailover(Mapping.empty(), OptionalLong.of(scheduled.revision()));
        switch (open.write(nothing)) {
            case Writing.Written _ -> {}
            case Writing.Refused(String why) -> throw new CtlError("The DCS refused it: " + why);
            case Writing.Unavailable(String why) -> throw new CtlError("The DCS can't be written: " + why);
        }
    }
}
