package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Answer.Unreachable;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Member;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Switches the automatic failover off and on again (reference 7.3). */
final class Maintenance {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private static final long USUAL_LOOP_WAIT_SECONDS = 10;

    private final CtlSession session;
    private final OpenCluster cluster;
    private final boolean pause;

    /** @param pause what is wanted */
    Maintenance(CtlSession session, OpenCluster cluster, boolean pause) {
        this.session = session;
        this.cluster = cluster;
        this.pause = pause;
    }

    /**
     * @param patient waits until all members know
     * @throws CtlError if it is so already, or nobody can be reached
     */
    void apply(boolean patient) {
        ClusterView view = cluster.read();
        if (view.config().filter(DynamicConfiguration::paused).isPresent() == pause) {
            throw new CtlError("Cluster is " + (pause ? "already" : "not") + " paused");
        }
        Answered answer = askSomebody(view);
        if (answer.status() != 200) {
            session.terminal()
                    .echo("Failed: " + verb() + " cluster management status code=" + answer.status() + ", ("
                            + answer.text() + ")");
        } else if (patient) {
            awaitRecognition(view);
        } else {
            succeed();
        }
    }

    /** The members that have an API, the leader first. */
    static List<Member> leaderFirst(ClusterView view) {
        return Stream.concat(
                        view.leaderMember().stream(),
                        view.members().stream().filter(member -> !view.leads(member.name())))
                .filter(member -> member.apiUrl().isPresent())
                .toList();
    }

    /** As configured, not as adjusted to the TTL: that is what Patroni shows. */
    static Duration loopWait(ClusterView view) {
        DynamicConfiguration config = view.config().orElse(DynamicConfiguration.DEFAULTS);
        return Duration.ofSeconds(config.raw().whole("loop_wait").orElse(USUAL_LOOP_WAIT_SECONDS));
    }

    private Answered askSomebody(ClusterView view) {
        Value wanted = pause ? Value.of(true) : new Value.Null();
        for (Member member : leaderFirst(view)) {
            switch (session.ask(
                    Method.PATCH, member, "config", Optional.of(Mapping.empty().with("pause", wanted)))) {
                case Answered answered -> {
                    return answered;
                }
                case Unreachable(String why) -> {
                    session.warn(why);
                    session.warn("Member " + member.name() + " is not accessible");
                }
            }
        }
        throw new CtlError("Can not find accessible cluster member");
    }

    private void awaitRecognition(ClusterView before) {
        session.terminal().echo("'" + verb() + "' request sent, waiting until it is recognized by all nodes");
        Duration loopWait = loopWait(before);
        Deadline deadline = Deadline.after(loopWait.plusSeconds(1));
        while (true) {
            List<Member> ignorant = cluster.read().members().stream()
                    .filter(member -> member.paused() != pause)
                    .filter(member -> before.member(member.name())
                            .filter(old -> old.apiUrl().isPresent())
                            .isPresent())
                    .toList();
            if (ignorant.isEmpty()) {
                succeed();
                return;
            }
            if (deadline.expired()) {
                reportIgnorant(before, ignorant, loopWait);
                return;
            }
            session.sleep(BETWEEN_LOOKS);
        }
    }

    /** Members that wrote nothing since are taken for dead. */
    private void reportIgnorant(ClusterView before, List<Member> ignorant, Duration loopWait) {
        List<Member> alive = ignorant.stream()
                .filter(member -> before.member(member.name())
                        .filter(old -> old.revision() == member.revision())
                        .isEmpty())
                .toList();
        if (alive.isEmpty()) {
            succeed();
        } else {
            session.terminal()
                    .echo(alive.stream().map(Member::name).collect(Collectors.joining(", "))
                            + " members didn't recognized pause state after " + loopWait.toSeconds() + " seconds");
        }
    }

    private void succeed() {
        session.terminal().echo("Success: cluster management is " + (pause ? "paused" : "resumed"));
    }

    private String verb() {
        return pause ? "pause" : "resume";
    }
}
