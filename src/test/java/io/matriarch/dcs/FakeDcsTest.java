package io.matriarch.dcs;

import io.matriarch.cluster.ClusterView;
import io.matriarch.time.Deadline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** The fake that the simulator uses keeps the same promises as a real etcd. */
final class FakeDcsTest extends DcsContractTest {
    private static final Duration TTL = Duration.ofSeconds(20);

    private final AtomicLong now = new AtomicLong();
    private final FakeEtcd etcd = new FakeEtcd(now::get);

    @Test
    void aWatchThatIsBehindNeverGoesBack() {
        Deque<Duration> lags = new ArrayDeque<>(List.of(Duration.ofMillis(4), Duration.ZERO, Duration.ofMillis(4)));
        FakeDcs reader = new FakeDcs(etcd, "reader", TTL, new FakeDcs.Network() {
            @Override
            public FakeDcs.Fate call(Deadline deadline) {
                return FakeDcs.Fate.ANSWERED;
            }

            @Override
            public Duration lag() {
                return lags.removeFirst();
            }
        });
        now.addAndGet(Duration.ofMillis(5).toNanos());
        client("writer").write(new DcsCommand.PutInitialize("7"), soon());
        now.addAndGet(Duration.ofMillis(1).toNanos());

        List<Boolean> seen =
                Stream.generate(() -> knowsInitialize(reader)).limit(3).toList();

        Assertions.assertThat(seen).containsExactly(false, true, true);
    }

    private boolean knowsInitialize(Dcs dcs) {
        return dcs.read(soon()) instanceof Reading.Known(ClusterView view)
                && view.initialize().isPresent();
    }

    @Override
    Dcs client(String member) {
        return new FakeDcs(etcd, member, TTL, FakeDcs.Network.perfect());
    }

    @Override
    void outliveLeases() {
        now.addAndGet(TTL.plusSeconds(1).toNanos());
    }

    @Override
    Deadline soon() {
        return Deadline.after(now::get, patience());
    }

    @Override
    ClusterView eventually(Dcs dcs, Predicate<ClusterView> expected) {
        if (dcs.read(soon()) instanceof Reading.Known(ClusterView view)) {
            Assertions.assertThat(expected.test(view)).isTrue();
            return view;
        }
        throw new AssertionError("the fake doesn't answer");
    }
}
