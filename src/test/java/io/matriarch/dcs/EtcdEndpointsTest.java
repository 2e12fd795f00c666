package io.matriarch.dcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.matriarch.HardCase;
import io.matriarch.cluster.ClusterView;
import io.matriarch.config.EtcdSettings;
import io.matriarch.config.HostPort;
import io.matriarch.config.TlsFiles;
import io.matriarch.dcs.etcd.EtcdDcs;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value.Mapping;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several ways to etcd, some of which fail, hang or lie. */
final class EtcdEndpointsTest {
    private static final Duration TTL = Duration.ofSeconds(20);
    private final List<AutoCloseable> open = new ArrayList<>();
    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private EtcdDcs client(String member, boolean discovers, int... ports) {
        EtcdSettings settings = new EtcdSettings(
                IntStream.of(ports)
                        .mapToObj(port -> new HostPort("127.0.0.1", port))
                        .toList(),
                false,
                discovers,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                TlsFiles.NONE);
        EtcdDcs dcs = new EtcdDcs(vertx, settings, "/service/test/", Optional.of(member), TTL, Ticker.system());
        open.add(dcs);
        return dcs;
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(6));
    }

    private static void awaitView(EtcdDcs dcs, Predicate<ClusterView> expected) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> dcs.read(soon()) instanceof Reading.Known(ClusterView view) && expected.test(view));
    }

    private static boolean acquired(EtcdDcs dcs) {
        return dcs.write(new DcsCommand.AcquireLeader(), soon()) instanceof Writing.Written;
    }

    private static boolean put(EtcdDcs dcs, String identifier) {
        return dcs.write(new DcsCommand.PutInitialize(identifier), soon()) instanceof Writing.Written;
    }

    @Test
    void aLockThatWasTakenWithoutAnAnswerIsNotCalledSomebodyElses() {
        RealEtcd etcd = new RealEtcd();
        open.add(etcd);
        SilentProxy proxy = new SilentProxy(etcd.port());
        open.add(proxy);
        EtcdDcs dcs = client("a", false, proxy.port(), etcd.port());
        awaitView(dcs, _ -> true);
        assertThat(dcs.write(new DcsCommand.CreateInitialize(), soon())).isInstanceOf(Writing.Written.class);
        assertThat(dcs.write(new DcsCommand.DeleteInitialize(), soon())).isInstanceOf(Writing.Written.class);
        proxy.silence();
        Writing writing = dcs.write(new DcsCommand.CreateInitialize(), soon());
        assertThat(writing).isInstanceOf(Writing.Unavailable.class);
        assertThat(dcs.readFresh(soon()))
                .isInstanceOfSatisfying(
                        Reading.Known.class,
                        known -> assertThat(known.view().initialize()).isPresent());
    }

    @Test
    void anEndpointThatFallsSilentIsLeftForAnother() {
        RealEtcd etcd = new RealEtcd();
        open.add(etcd);
        SilentProxy proxy = new SilentProxy(etcd.port());
        open.add(proxy);
        EtcdDcs dcs = client("a", false, proxy.port(), etcd.port());
        EtcdDcs other = client("b", false, etcd.port());
        assertThat(acquired(dcs)).isTrue();
        awaitView(dcs, view -> view.leader().isPresent());
        proxy.silence();
        assertThat(put(other, "7711371126323781949")).isTrue();
        awaitView(dcs, view -> view.systemIdentifier().isPresent());
        assertThat(dcs.write(new DcsCommand.RenewLeader(), soon())).isInstanceOf(Writing.Written.class);
    }

    @Test
    void aClusterOfThreeGoesOnWithoutAnyOneOfThem() throws IOException {
        List<RealEtcd> members = RealEtcd.three();
        open.addAll(members);
        EtcdDcs dcs = client("a", true, members.get(0).port(), members.get(1).port());
        EtcdDcs watching = client("b", true, members.get(2).port());
        assertThat(acquired(dcs)).isTrue();
        awaitView(watching, view -> view.leader().isPresent());
        for (int number = 0; number < members.size(); number++) {
            String identifier = "771137112632378194" + number;
            members.get(number).kill();
            await().atMost(Duration.ofSeconds(20)).until(() -> put(dcs, identifier));
            awaitView(watching, view -> view.systemIdentifier().equals(Optional.of(identifier)));
            members.get(number).start();
        }
        members.forEach(RealEtcd::freeze);
        assertThat(put(dcs, "7711371126323781961")).isFalse();
        members.forEach(RealEtcd::thaw);
        await().atMost(Duration.ofSeconds(20)).until(() -> put(dcs, "7711371126323781962"));
        awaitView(watching, view -> view.systemIdentifier().equals(Optional.of("7711371126323781962")));
        assertThat(dcs.write(new DcsCommand.RenewLeader(), soon())).isInstanceOf(Writing.Written.class);
    }

    /** Nobody listens at any of them: each try fails at once. */
    @Test
    void aPersonsWriteOutlastsARestartOfAllThreeEndpoints() throws Exception {
        List<RealEtcd> members = RealEtcd.three();
        open.addAll(members);
        EtcdDcs dcs =
                client("a", false, members.stream().mapToInt(RealEtcd::port).toArray());
        awaitView(dcs, _ -> true);
        members.forEach(RealEtcd::kill);
        DcsCommand command = new DcsCommand.PutConfig(Mapping.empty().with("ttl", 30), OptionalLong.empty());
        Deadline first = Deadline.after(Duration.ofSeconds(6));
        assertThat(dcs.write(command, first)).isInstanceOf(Writing.Unavailable.class);
        assertThat(first.expired()).as("all of them fail fast").isFalse();

        CompletableFuture<Writing> writing = CompletableFuture.supplyAsync(
                () -> new PersistentDcs(dcs).write(command, Deadline.after(Duration.ofSeconds(30))));
        Thread.sleep(Duration.ofSeconds(1));
        assertThat(writing).isNotDone();
        members.parallelStream().forEach(RealEtcd::start);
        assertThat(writing.get(30, TimeUnit.SECONDS)).isInstanceOf(Writing.Written.class);
        awaitView(dcs, view -> view.config().isPresent());
    }

    @HardCase(32)
    @Test
    void aMemberWithoutTheOthersIsNotBelieved() {
        List<RealEtcd> members = RealEtcd.three();
        open.addAll(members);
        EtcdDcs alone = client("a", false, members.get(0).port());
        assertThat(acquired(alone)).isTrue();
        members.get(1).freeze();
        members.get(2).freeze();
        try {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> alone.read(Deadline.after(Duration.ofSeconds(2))) instanceof Reading.Unavailable);
            assertThat(alone.readFresh(Deadline.after(Duration.ofSeconds(2)))).isInstanceOf(Reading.Unavailable.class);
            assertThat(alone.write(new DcsCommand.RenewLeader(), Deadline.after(Duration.ofSeconds(2))))
                    .isInstanceOf(Writing.Unavailable.class);
        } finally {
            members.get(1).thaw();
            members.get(2).thaw();
        }
        awaitView(alone, _ -> true);
    }
}
