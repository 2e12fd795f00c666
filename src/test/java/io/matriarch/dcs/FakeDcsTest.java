package io.matriarch.dcs;

import io.matriarch.cluster.ClusterView;
import io.matriarch.time.Deadline;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.assertj.core.api.Assertions;

/** The fake that the simulator uses keeps the same promises as a real etcd. */
final class FakeDcsTest extends DcsContractTest {
    private static final Duration TTL = Duration.ofSeconds(20);

    private final AtomicLong now = new AtomicLong();
    private final FakeEtcd etcd = new FakeEtcd(now::get);

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
