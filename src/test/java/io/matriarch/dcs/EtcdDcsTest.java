package io.matriarch.dcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.matriarch.HardCase;
import io.matriarch.cluster.ClusterView;
import io.matriarch.config.Credentials;
import io.matriarch.config.EtcdSettings;
import io.matriarch.config.HostPort;
import io.matriarch.config.Secret;
import io.matriarch.config.TlsFiles;
import io.matriarch.dcs.etcd.EtcdDcs;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value.Mapping;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract against a real etcd, and what only a real one can do: freeze, restart, compact. */
final class EtcdDcsTest extends DcsContractTest {
    private static final Duration TTL = Duration.ofSeconds(2);
    private static final AtomicReference<Vertx> VERTX = new AtomicReference<>();

    private final List<Dcs> clients = new ArrayList<>();
    private RealEtcd etcd = new RealEtcd();

    @BeforeAll
    static void startVertx() {
        VERTX.set(Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1)));
    }

    @AfterAll
    static void stopVertx() throws Exception {
        VERTX.get().close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @BeforeEach
    void noClients() {
        clients.clear();
    }

    @AfterEach
    void stop() throws Exception {
        for (Dcs dcs : clients) {
            dcs.close();
        }
        etcd.close();
    }

    @Override
    Dcs client(String member) {
        return client(member, Optional.empty());
    }

    private EtcdDcs client(String member, Optional<Credentials> credentials) {
        EtcdSettings settings = new EtcdSettings(
                List.of(new HostPort("127.0.0.1", etcd.port())),
                false,
                true,
                Optional.empty(),
                Optional.empty(),
                credentials,
                TlsFiles.NONE);
        EtcdDcs dcs = new EtcdDcs(VERTX.get(), settings, "/service/test/", Optional.of(member), TTL, Ticker.system());
        clients.add(dcs);
        return dcs;
    }

    @Override
    void outliveLeases() {
        try {
            Thread.sleep(TTL.plusSeconds(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    Deadline soon() {
        return Deadline.after(patience());
    }

    @Override
    ClusterView eventually(Dcs dcs, Predicate<ClusterView> expected) {
        AtomicReference<ClusterView> last = new AtomicReference<>(ClusterView.EMPTY);
        await().atMost(patience()).until(() -> {
            if (dcs.read(soon()) instanceof Reading.Known(ClusterView view)) {
                last.set(view);
                return expected.test(view);
            }
            return false;
        });
        return last.get();
    }

    @HardCase(32)
    @Test
    void aFrozenEtcdIsUnavailableByTheDeadlineAndComesBack() {
        Dcs a = client("a");
        assertThat(a.write(new DcsCommand.AcquireLeader(), soon())).isInstanceOf(Writing.Written.class);
        assertThat(a.read(soon())).isInstanceOf(Reading.Known.class);
        etcd.freeze();
        try {
            outliveLeases();
            assertThat(a.read(Deadline.after(Duration.ofSeconds(2)))).isInstanceOf(Reading.Unavailable.class);
            assertThat(a.write(new DcsCommand.RenewLeader(), Deadline.after(Duration.ofSeconds(2))))
                    .isInstanceOf(Writing.Unavailable.class);
        } finally {
            etcd.thaw();
        }
        assertThat(eventually(a, _ -> true)).isNotNull();
    }

    @Test
    void theWatchGoesOnAfterARestartOfEtcd() {
        Dcs a = client("a");
        Dcs b = client("b");
        eventually(b, _ -> true);
        etcd.restart();
        await().atMost(patience())
                .until(() -> a.write(new DcsCommand.PutInitialize("7711371126323781949"), soon())
                        instanceof Writing.Written);
        assertThat(eventually(b, view -> view.systemIdentifier().isPresent()).systemIdentifier())
                .isPresent();
    }

    @Test
    void theWatchGoesOnAfterCompaction() {
        Dcs a = client("a");
        Dcs b = client("b");
        eventually(b, _ -> true);
        etcd.restart(); // b's watch is cut off, and what it has missed is gone when it comes back
        for (int i = 0; i < 5; i++) {
            a.write(new DcsCommand.PutInitialize("771137112632378194" + i), soon());
        }
        await().atMost(patience())
                .until(() -> a.write(new DcsCommand.PutInitialize("7711371126323781940"), soon())
                                instanceof Writing.Written written
                        && compact(written.revision()));
        a.write(new DcsCommand.PutInitialize("7711371126323781949"), soon());
        assertThat(eventually(b, view -> view.systemIdentifier().equals(Optional.of("7711371126323781949"))))
                .isNotNull();
    }

    private boolean compact(long revision) {
        etcd.etcdctl("compact", Long.toString(revision));
        return true;
    }

    @Test
    void userAndPasswordAreUsedAndWrongOnesAreRejected() {
        etcd.etcdctl("user", "add", "root:secret");
        etcd.etcdctl("user", "grant-role", "root", "root");
        etcd.etcdctl("auth", "enable");
        EtcdDcs known = client("a", Optional.of(new Credentials("root", new Secret("secret"))));
        assertThat(known.access(soon())).isInstanceOf(EtcdDcs.Access.Granted.class);
        assertThat(known.write(new DcsCommand.TouchMember(Mapping.empty().with("state", "running")), soon()))
                .isInstanceOf(Writing.Written.class);
        assertThat(eventually(known, view -> view.member("a").isPresent())).isNotNull();
        EtcdDcs wrong = client("b", Optional.of(new Credentials("root", new Secret("wrong"))));
        assertThat(wrong.access(soon())).isInstanceOf(EtcdDcs.Access.Rejected.class);
        EtcdDcs nobody = client("c", Optional.empty());
        assertThat(nobody.access(soon())).isInstanceOf(EtcdDcs.Access.Rejected.class);
    }

    @Test
    void nobodyAtThePortIsUnavailable() {
        etcd.close();
        Dcs a = client("a");
        assertThat(a.read(Deadline.after(Duration.ofSeconds(2)))).isInstanceOf(Reading.Unavailable.class);
        assertThat(a.write(new DcsCommand.AcquireLeader(), Deadline.after(Duration.ofSeconds(2))))
                .isInstanceOf(Writing.Unavailable.class);
        etcd = new RealEtcd();
    }

    @Test
    void junkInTheLeaderKeyDoesNotLockTheClusterForEver() {
        EtcdDcs dcs = client("a", Optional.empty());
        Deadline deadline = Deadline.after(Duration.ofSeconds(10));
        etcd.etcdctl("put", "/service/test/leader", "junk");
        assertThat(dcs.read(deadline)).isInstanceOf(Reading.Known.class);
        assertThat(dcs.write(new DcsCommand.AcquireLeader(), deadline)).isInstanceOf(Writing.Written.class);
        assertThat(dcs.read(deadline))
                .isInstanceOfSatisfying(
                        Reading.Known.class,
                        known -> assertThat(known.view().leads("a")).isTrue());
    }
}
