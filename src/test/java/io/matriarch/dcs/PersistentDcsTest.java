package io.matriarch.dcs;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.dcs.FakeDcs.Fate;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A person's requests while the DCS comes and goes. */
final class PersistentDcsTest {
    private static final Mapping CONFIG = Mapping.empty().with("ttl", 30);
    private static final Mapping OTHER = Mapping.empty().with("ttl", 40);
    private static final DcsCommand CREATE = new DcsCommand.PutConfig(CONFIG, OptionalLong.of(0));

    private final FakeEtcd etcd = new FakeEtcd(() -> 0);
    private final AtomicInteger calls = new AtomicInteger();

    /** Calls after those that are named are answered. */
    private PersistentDcs dcs(Fate... fates) {
        Deque<Fate> next = new ArrayDeque<>(List.of(fates));
        return new PersistentDcs(new FakeDcs(etcd, "person", Duration.ofSeconds(30), _ -> {
            calls.incrementAndGet();
            return Optional.ofNullable(next.poll()).orElse(Fate.ANSWERED);
        }));
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(10));
    }

    private Mapping config() {
        return dcs().readFresh(soon()) instanceof Reading.Known(ClusterView view)
                ? view.config().map(DynamicConfiguration::raw).orElse(Mapping.empty())
                : Mapping.empty();
    }

    @Test
    void whatFailsIsTriedAgain() {
        assertThat(dcs(Fate.LOST_BEFORE, Fate.LOST_BEFORE, Fate.LOST_BEFORE).write(CREATE, soon()))
                .isInstanceOf(Writing.Written.class);
        assertThat(dcs(Fate.LOST_BEFORE, Fate.LOST_BEFORE).readFresh(soon())).isInstanceOf(Reading.Known.class);
        assertThat(config()).isEqualTo(CONFIG);
    }

    @Test
    void aRefusalIsAnAnswer() {
        etcd.put("config", "{}", 0);
        assertThat(dcs().write(CREATE, soon())).isInstanceOf(Writing.Refused.class);
        assertThat(calls).hasValue(1);
    }

    @Test
    void aFirstTryThatWasCarriedOutIsFound() {
        assertThat(dcs(Fate.ANSWER_LOST).write(CREATE, soon()))
                .isEqualTo(new Writing.Written(etcd.find("config").orElseThrow().revision()));
    }

    @Test
    void aRequestThatIsGoneAlreadyIsFoundToBeGone() {
        long revision = etcd.put("failover", "{\"leader\":\"a\",\"scheduled_at\":\"2030-01-01T00:00+00:00\"}", 0);
        DcsCommand delete = new DcsCommand.PutFailover(Mapping.empty(), OptionalLong.of(revision));
        assertThat(dcs(Fate.ANSWER_LOST).write(delete, soon())).isInstanceOf(Writing.Written.class);
    }

    /** Somebody else may have written before or after an own try. */
    @Test
    void whatIsNotThereIsNotCalledWrittenNorRefused() {
        Deque<Fate> next = new ArrayDeque<>(List.of(Fate.LOST_BEFORE));
        PersistentDcs dcs = new PersistentDcs(new FakeDcs(etcd, "person", Duration.ofSeconds(30), _ -> {
            Fate fate = Optional.ofNullable(next.poll()).orElse(Fate.ANSWERED);
            if (fate == Fate.LOST_BEFORE) {
                dcs().write(new DcsCommand.PutConfig(OTHER, OptionalLong.empty()), soon());
            }
            return fate;
        }));
        assertThat(dcs.write(CREATE, soon())).isInstanceOf(Writing.Unavailable.class);
        assertThat(config()).isEqualTo(OTHER);
    }

    @Test
    void nobodyWaitsLongerThanTheDeadline() {
        AtomicInteger tries = new AtomicInteger();
        PersistentDcs dcs = new PersistentDcs(new FakeDcs(etcd, "person", Duration.ofSeconds(30), _ -> {
            tries.incrementAndGet();
            return Fate.LOST_BEFORE;
        }));
        long began = System.nanoTime();
        assertThat(dcs.write(CREATE, Deadline.after(Duration.ofMillis(500)))).isInstanceOf(Writing.Unavailable.class);
        assertThat(dcs.readFresh(Deadline.after(Duration.ofMillis(500)))).isInstanceOf(Reading.Unavailable.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(990), Duration.ofSeconds(5));
        assertThat(tries).hasValueBetween(4, 8);
    }
}
