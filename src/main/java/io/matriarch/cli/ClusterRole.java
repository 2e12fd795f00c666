package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Answer.Unreachable;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Role;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a cluster the standby of another one, or an ordinary one again, and tells how it goes until it is (reference 7.3). */
final class ClusterRole {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final int MOST_LOOKS = 1800;

    private final CtlSession session;
    private final OpenCluster cluster;
    private final Optional<Mapping> section;
    private final Role wanted;
    private final String stem;

    /** @param section the new standby_cluster section; none: promote */
    ClusterRole(CtlSession session, OpenCluster cluster, Optional<Mapping> section) {
        this.session = session;
        this.cluster = cluster;
        this.section = section;
        this.wanted = section.isPresent() ? Role.STANDBY_LEADER : Role.PRIMARY;
        this.stem = section.isPresent() ? "demot" : "promot";
    }

    /** @throws CtlError if it can't be done, is so already, or the person doesn't want it after all */
    void change(boolean force) {
        ClusterView view = cluster.read();
        Member leader = view.leaderMember()
                .orElseThrow(() -> new CtlError("Cluster has no leader, " + stem + "ion is not possible"));
        if (leader.role().filter(wanted::equals).isPresent()) {
            throw new CtlError("Cluster is already in the required state");
        }
        session.terminal().echo("Current cluster topology");
        show(view);
        if (!force
                && !session.terminal()
                        .confirm("Are you sure you want to " + stem + "e " + cluster.name() + " cluster?")) {
            throw new CtlError("Aborted cluster " + stem + "ion");
        }
        request(leader);
        show(await(leader.name()));
    }

    private void request(Member leader) {
        Value value = section.<Value>map(given -> given).orElseGet(Value.Null::new);
        switch (session.ask(
                Method.PATCH, leader, "config", Optional.of(Mapping.empty().with("standby_cluster", value)))) {
            case Answered(int status, String text) -> {
                if (status != 200) {
                    throw failed("/config PATCH status code=" + status + ", (" + text + ")");
                }
            }
            case Unreachable(String why) -> throw failed(why);
        }
    }

    private CtlError failed(String why) {
        return new CtlError("Failed to " + stem + "e " + cluster.name() + " cluster: " + why);
    }

    private ClusterView await(String former) {
        for (int look = 0; look < MOST_LOOKS; look++) {
            ClusterView view = cluster.read();
            if (isDone(view, former)) {
                session.terminal().echo(session.timestamp() + " cluster is successfully " + stem + "ed");
                return view;
            }
            session.terminal().echo(session.timestamp() + " " + progress(view, former));
            session.sleep(BETWEEN_LOOKS);
        }
        throw new CtlError("The cluster is not " + stem + "ed after " + MOST_LOOKS
                + " looks; it goes on, see patronictl list and the logs of its members");
    }

    private boolean isDone(ClusterView view, String former) {
        boolean leads = view.leaderMember()
                .filter(member -> member.isRunning()
                        && member.role().filter(wanted::equals).isPresent())
                .isPresent();
        return leads
                && (section.isEmpty()
                        || view.member(former).filter(Member::isRunning).isPresent());
    }

    private String progress(ClusterView view, String former) {
        List<String> parts = new ArrayList<>();
        boolean unlocked = view.leader().isEmpty();
        parts.add("cluster is unlocked: " + (unlocked ? "True" : "False"));
        view.leaderMember().flatMap(Member::role).ifPresent(role -> parts.add("leader role: " + role.text()));
        view.leaderMember().ifPresent(member -> parts.add("leader state: " + quoted(member)));
        boolean another = view.leader()
                .map(Leader::name)
                .filter(name -> !name.equals(former))
                .isPresent();
        if (section.isPresent() && another) {
            view.member(former).ifPresent(member -> parts.add("previous leader state: " + quoted(member)));
        }
        return String.join(", ", parts);
    }

    private static String quoted(Member member) {
        return "'" + member.state() + "'";
    }

    private void show(ClusterView shown) {
        session.terminal().echo(ClusterTable.render(shown, cluster.name(), OutputFormat.PRETTY, false));
    }
}
