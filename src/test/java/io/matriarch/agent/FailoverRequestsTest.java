package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.agent.Commands.Answer;
import io.matriarch.agent.Commands.Wait;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.FailoverRequest;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.Tags;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.Writing;
import io.matriarch.ha.PeerReply;
import io.matriarch.ha.Pledge;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a person who asks {@code c} for another leader than {@code a} is told. */
final class FailoverRequestsTest {
    private final ScriptedDcs dcs = new ScriptedDcs();
    private final GoodPeers peers = new GoodPeers();
    private final FailoverRequests requests = new FailoverRequests(
            dcs,
            peers,
            InstantSource.system(),
            () -> {},
            () -> "c",
            new CandidateWait(() -> CompletableFuture.completedFuture(Optional.empty())));
    private SyncState sync = SyncState.NONE;

    /** Shows one view after the other, and the last one from then on. */
    private static final class ScriptedDcs implements Dcs {
        private final Deque<ClusterView> views = new ArrayDeque<>();
        private final List<DcsCommand> written = new ArrayList<>();

        @Override
        public Reading read(Deadline deadline) {
            return readFresh(deadline);
        }

        @Override
        public Reading readFresh(Deadline deadline) {
            return new Reading.Known(views.size() > 1 ? views.removeFirst() : views.getFirst());
        }

        @Override
        public Writing write(DcsCommand command, Deadline deadline) {
            written.add(command);
            return new Writing.Written(9);
        }

        @Override
        public void setTtl(Duration ttl) {}

        @Override
        public void onChange(Runnable listener) {}

        @Override
        public void close() {}
    }

    /** All could lead. */
    private static final class GoodPeers implements Peers {
        private final List<Set<String>> asked = new ArrayList<>();

        @Override
        public Map<String, PeerReply> ask(Collection<Member> members, Deadline deadline) {
            asked.add(members.stream().map(Member::name).collect(Collectors.toSet()));
            return members.stream()
                    .collect(Collectors.toMap(
                            Member::name,
                            member -> new PeerReply(
                                    member.name(),
                                    true,
                                    false,
                                    new Lsn(100),
                                    true,
                                    OptionalInt.of(1),
                                    Tags.NONE,
                                    false)));
        }

        @Override
        public Set<String> accepting(Map<String, String> apiUrls, Mapping body, Deadline deadline) {
            return Set.of();
        }

        @Override
        public Map<String, Pledge> pledging(Map<String, String> apiUrls, Mapping body, Deadline deadline) {
            return Map.of();
        }
    }

    private ClusterView view(String leader, boolean pending) {
        return new ClusterView(
                Optional.of("7711371126323781949"),
                Optional.empty(),
                Optional.of(leader).filter(name -> !name.isEmpty()).map(name -> new Leader(name, 1, 2)),
                Status.UNKNOWN,
                Stream.of("a", "b", "c")
                        .map(name -> new Member(
                                name, Mapping.empty().with("api_url", "http://" + name + ":8008/patroni"), 3, 4))
                        .toList(),
                pending
                        ? Optional.of(new FailoverRequest(Optional.empty(), Optional.of("b"), Optional.empty(), 9))
                        : Optional.empty(),
                sync,
                History.EMPTY,
                Map.of());
    }

    private Answer ask(Mapping body, boolean failover, Mapping config) {
        return requests.handle(body, failover, new DynamicConfiguration(config, 1), Wait.FOR_THE_RESULT)
                .answer();
    }

    @HardCase(20)
    @Test
    void aLeaderKeyThatIsOnlyEmptyIsNoSuccess() {
        dcs.views.add(view("a", false));
        dcs.views.add(view("a", true));
        dcs.views.add(view("", true));
        dcs.views.add(view("", false));
        dcs.views.add(view("b", false));
        Answer answer = ask(Mapping.empty().with("candidate", "b"), true, Mapping.empty());
        assertThat(answer).isEqualTo(new Answer(200, "Successfully failed over to \"b\""));
        assertThat(dcs.written).hasSize(1);
    }

    @HardCase(20)
    @Test
    void whoLeadsInsteadOfTheCandidateIsNamed() {
        dcs.views.add(view("a", false));
        dcs.views.add(view("", false));
        dcs.views.add(view("c", false));
        Answer answer = ask(Mapping.empty().with("candidate", "b"), true, Mapping.empty());
        assertThat(answer).isEqualTo(new Answer(200, "Failed over to \"c\" instead of \"b\""));
    }

    @HardCase(13)
    @Test
    void inSynchronousModeASwitchoverGoesToASynchronousStandbyNamedOrNot() {
        sync = new SyncState(Optional.of("a"), 0, List.of("b"), 7);
        Mapping config = Mapping.empty().with("synchronous_mode", true);
        Mapping switchover = Mapping.empty().with("leader", "a");
        dcs.views.add(view("a", false));
        assertThat(ask(switchover.with("candidate", "c"), false, config))
                .isEqualTo(new Answer(412, "candidate name does not match with sync_standby"));
        assertThat(dcs.written).isEmpty();
        dcs.views.add(view("b", false));
        assertThat(ask(switchover, false, config)).isEqualTo(new Answer(200, "Successfully switched over to \"b\""));
        assertThat(peers.asked).containsExactly(Set.of("b"));
        sync = new SyncState(Optional.of("a"), 0, List.of(), 7);
        dcs.views.clear();
        dcs.views.add(view("a", false));
        assertThat(ask(switchover, false, config).text())
                .isEqualTo("switchover is not possible: can not find sync_standby");
    }
}
