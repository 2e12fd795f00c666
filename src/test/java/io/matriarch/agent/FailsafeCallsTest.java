package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.agent.WriteRight.Until;
import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import io.matriarch.ha.Action.AskFailsafe;
import io.matriarch.ha.Failsafe.Needed;
import io.matriarch.ha.Outcome.Result;
import io.matriarch.ha.PeerReply;
import io.matriarch.ha.Pledge;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the others' consent makes of the moment when guard, keeper and kernel stop PostgreSQL; and that nothing less does. */
final class FailsafeCallsTest {
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration LEASE = TTL.minusSeconds(1);
    private static final Set<String> OTHERS = Set.of("b", "c");

    private long now = Duration.ofHours(1).toNanos();
    private final FakePeers peers = new FakePeers();
    private final List<WriteRight> told = new ArrayList<>();
    private final LoopState state = new LoopState(
            () -> now,
            configuration(),
            new DynamicConfiguration(
                    Mapping.empty().with("ttl", TTL.toSeconds()).with("failsafe_mode", true), 1),
            _ -> {});
    private final FailsafeCalls calls = new FailsafeCalls(() -> now, peers, state, new HashMap<>());

    /** They take their time, and say what they are told to. */
    private final class FakePeers implements Peers {
        private Set<String> accepting = OTHERS;
        private Duration answersAfter = Duration.ZERO;
        private final List<Mapping> asked = new ArrayList<>();

        @Override
        public Map<String, PeerReply> ask(Collection<Member> members, Deadline deadline) {
            return Map.of();
        }

        @Override
        public Set<String> accepting(Map<String, String> apiUrls, Mapping body, Deadline deadline) {
            asked.add(body);
            now += answersAfter.toNanos();
            return accepting;
        }

        @Override
        public Map<String, Pledge> pledging(Map<String, String> apiUrls, Mapping body, Deadline deadline) {
            return Map.of();
        }
    }

    private static Configuration configuration() {
        String yaml = """
            {scope: batman, name: a, restapi: {listen: '10.0.0.1:8008'}, etcd3: {host: 10.0.0.9},
             postgresql: {listen: '10.0.0.1:5432', data_dir: /data}}
            """;
        return switch (ConfigurationLoader.load(Optional.empty(), Map.of("PATRONI_CONFIGURATION", yaml))) {
            case LoadResult.Loaded<Configuration> loaded -> loaded.configuration();
            case LoadResult.Invalid<Configuration> invalid -> throw new AssertionError(invalid.problems());
        };
    }

    private static ServerStatus primary() {
        return new ServerStatus(
                new DataDirectory.Present(
                        new ControlData("7711371126323781949", "in production", new Lsn(100), 3), false),
                true,
                PostgresState.RUNNING,
                Role.PRIMARY,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                false,
                History.EMPTY,
                false,
                Map.of());
    }

    private Result ask() {
        return calls.ask(
                new AskFailsafe(
                        Map.of("b", "http://b:8008/patroni", "c", "http://c:8008/patroni"),
                        List.of(new Needed(OTHERS, OTHERS, OTHERS.size()))),
                Map.of("a", new Lsn(77)));
    }

    private Until lastTold() {
        return (Until) told.getLast();
    }

    @BeforeEach
    void leadSinceTwentySeconds() {
        state.fenceBy(told::add);
        state.serverSeen(primary(), now);
        state.lockConfirmed(now);
        assertThat(lastTold()).isEqualTo(new Until(now + LEASE.toNanos()));
        now += Duration.ofSeconds(20).toNanos();
    }

    @Test
    void consentCountsFromBeforeTheQuestion() {
        long asked = now;
        peers.answersAfter = Duration.ofMillis(1500);
        assertThat(ask()).isEqualTo(new Result.Done());
        assertThat(lastTold()).isEqualTo(new Until(asked + LEASE.toNanos()));
        state.serverSeen(primary(), now);
        assertThat(lastTold()).isEqualTo(new Until(asked + LEASE.toNanos()));
    }

    @Test
    void whoeverIsMissingLeavesTheFenceWhereItWas() {
        Until before = lastTold();
        peers.accepting = Set.of("b");
        assertThat(ask()).isInstanceOf(Result.Refused.class);
        state.serverSeen(primary(), now);
        assertThat(told).containsOnly(before);
    }

    @Test
    void consentThatComesAfterTheLeaseIsWorthNothing() {
        Until before = lastTold();
        peers.answersAfter = Duration.ofSeconds(9);
        assertThat(ask()).isInstanceOf(Result.Refused.class);
        state.serverSeen(primary(), now);
        assertThat(told).containsOnly(before);
    }

    @Test
    void nobodyIsAskedWithoutALease() {
        now += LEASE.toNanos();
        assertThat(ask()).isInstanceOf(Result.Refused.class);
        assertThat(peers.asked).isEmpty();
    }

    @Test
    void theOthersHearWhoAsksAndWhatItsSlotsHave() {
        assertThat(ask()).isEqualTo(new Result.Done());
        Mapping body = peers.asked.getFirst();
        assertThat(body.text("name")).contains("a");
        assertThat(body.text("conn_url")).contains("postgres://10.0.0.1:5432/postgres");
        assertThat(body.text("api_url")).contains("http://10.0.0.1:8008/patroni");
        assertThat(body.whole("ttl")).hasValue(30);
        assertThat(body.mapping("slots").whole("a")).hasValue(77);
    }
}
