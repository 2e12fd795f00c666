package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.PostgresState;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl reinit: a replica throws its data away and clones again. */
@Command(name = "reinit")
final class ReinitCommand extends CtlCommand {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

    @Parameters(index = "0", arity = "1", paramLabel = "CLUSTER_NAME")
    private String cluster = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "MEMBER_NAMES")
    private List<String> names = List.of();

    @Option(names = "--force", description = "Do not ask for confirmation at any point")
    private boolean force;

    @Option(names = "--from-leader", description = "Get basebackup from leader")
    private boolean fromLeader;

    @Option(names = "--wait", description = "Wait until reinitialization completes")
    private boolean patient;

    @Override
    void run(CtlSession session) {
        ClusterView view = session.cluster(Optional.of(cluster)).read();
        MemberSelection selection =
                new MemberSelection(session, cluster, view, RoleFilter.REPLICA, force, "reinitialize");
        List<Member> members = selection.choose(names);
        selection.confirm(members);
        List<Member> started = new ArrayList<>();
        for (Member member : members) {
            if (reinitialize(session, member, force)) {
                started.add(member);
            }
        }
        if (patient) {
            await(session, started);
        }
    }

    private boolean reinitialize(CtlSession session, Member member, boolean cancelOthers) {
        Mapping body = Mapping.empty().with("force", cancelOthers).with("from_leader", fromLeader);
        Answered answer = Answers.require(session.ask(Method.POST, member, "reinitialize", Optional.of(body)), member);
        if (answer.status() < 400) {
            session.terminal().echo("Success: reinitialize for member " + member.name());
            return true;
        }
        session.terminal().echo(Answers.failure("reinitialize", member, answer));
        boolean busy = answer.text().endsWith(" already in progress") && !cancelOthers;
        return busy
                && session.terminal().confirm("Do you want to cancel it and reinitialize anyway?")
                && reinitialize(session, member, true);
    }

    /** A clone takes as long as it takes: a person ends the wait. */
    private static void await(CtlSession session, List<Member> started) {
        List<Member> waiting = new ArrayList<>(started);
        int shown = 0;
        while (!waiting.isEmpty()) {
            if (waiting.size() != shown) {
                shown = waiting.size();
                session.terminal()
                        .echo("Waiting for reinitialize to complete on: "
                                + waiting.stream().map(Member::name).collect(Collectors.joining(", ")));
            }
            session.sleep(BETWEEN_LOOKS);
            for (Member member : List.copyOf(waiting)) {
                if (!isCloning(session, member)) {
                    session.terminal().echo("Reinitialize is completed on: " + member.name());
                    waiting.remove(member);
                }
            }
        }
    }

    private static boolean isCloning(CtlSession session, Member member) {
        Answered answer = Answers.require(session.ask(Method.GET, member, "patroni", Optional.empty()), member);
        try {
            return Json.parse(answer.text()) instanceof Mapping status
                    && status.text("state")
                            .filter(PostgresState.CREATING_REPLICA.text()::equals)
                            .isPresent();
        } catch (MalformedDocument notJson) {
            throw new CtlError(
                    "Member " + member.name() + " answers something else than JSON: " + notJson.getMessage());
        }
    }
}
