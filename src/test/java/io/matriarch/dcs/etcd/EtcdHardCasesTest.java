package io.matriarch.dcs.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.Credentials;
import io.matriarch.config.EtcdSettings;
import io.matriarch.config.HostPort;
import io.matriarch.config.Secret;
import io.matriarch.config.TlsFiles;
import io.matriarch.dcs.etcd.ScriptedEtcd.Call;
import io.matriarch.dcs.etcd.ScriptedEtcd.Say;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What etcd says in rare moments, by the numbers of the reference's section 9. */
final class EtcdHardCasesTest {
    private static final int UNKNOWN = 2;
    private static final int INVALID_ARGUMENT = 3;
    private static final int PERMISSION_DENIED = 7;
    private static final int UNAVAILABLE = 14;
    private static final int UNAUTHENTICATED = 16;
    private static final Say WELL = Say.ok(Say.header(5));

    private final Vertx vertx = Vertx.vertx();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private ScriptedEtcd etcd(Function<Call, Say> script) {
        ScriptedEtcd server = new ScriptedEtcd(vertx, script);
        open.add(server);
        return server;
    }

    private EtcdClient client(boolean discover, boolean withUser, HostPort... endpoints) {
        EtcdClient client = new EtcdClient(
                vertx,
                new EtcdSettings(
                        List.of(endpoints),
                        false,
                        discover,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new Credentials("matriarch", new Secret("elephant")))
                                .filter(_ -> withUser),
                        TlsFiles.NONE),
                Ticker.system());
        open.add(client);
        return client;
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(10));
    }

    private static Reply keepAlive(EtcdClient client) {
        return client.call(Method.LEASE_KEEP_ALIVE, Requests.leaseKeepAlive(9), soon());
    }

    @Test
    void case23NotAPrimaryLessorIsAServersTroubleAndNotTheRequests() {
        ScriptedEtcd sick = etcd(_ -> Say.error(UNKNOWN, "lease: not a primary lessor"));
        ScriptedEtcd well = etcd(_ -> WELL);

        assertThat(keepAlive(client(false, false, sick.address(), well.address())))
                .isInstanceOf(Reply.Answer.class);
        assertThat(well.methods()).containsExactly("LeaseKeepAlive");
    }

    @Test
    void case23AloneItIsNoAnswerAndNeverARefusal() {
        ScriptedEtcd sick = etcd(_ -> Say.error(UNKNOWN, "lease: not a primary lessor"));

        assertThat(keepAlive(client(false, false, sick.address()))).isInstanceOf(Reply.NoAnswer.class);
    }

    @Test
    void case24KeepAliveAndTheListOfMembersCarryTheToken() {
        ScriptedEtcd server = etcd(call -> call.method().equals("Authenticate")
                ? Say.ok(Say.header(5).text(2, "token-1"))
                : call.token().isPresent() ? WELL : Say.error(UNAUTHENTICATED, "etcdserver: user name is empty"));
        EtcdClient client = client(true, true, server.address());

        assertThat(keepAlive(client)).isInstanceOf(Reply.Answer.class);
        client.discoverIfDue(soon());
        assertThat(server.calls().stream().filter(call -> !call.method().equals("Authenticate")))
                .extracting(Call::method, Call::token)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("LeaseKeepAlive", Optional.of("token-1")),
                        org.assertj.core.groups.Tuple.tuple("MemberList", Optional.of("token-1")));
    }

    @Test
    void case27AServerWithAnOlderRaftTermIsNotBelieved() {
        ScriptedEtcd leftBehind = etcd(_ -> Say.ok(Say.header(4)));
        Deque<Say> answers = new ArrayDeque<>(List.of(WELL));
        ScriptedEtcd newest = etcd(_ -> answers.isEmpty() ? Say.error(UNAVAILABLE, "stopping") : answers.pop());
        EtcdClient client = client(false, false, newest.address(), leftBehind.address());

        assertThat(keepAlive(client)).isInstanceOf(Reply.Answer.class);
        assertThat(keepAlive(client))
                .isInstanceOfSatisfying(
                        Reply.NoAnswer.class, none -> assertThat(none.why()).containsAnyOf("older", "stopping"));
        assertThat(leftBehind.methods()).isNotEmpty();
    }

    @Test
    void case28UnavailableMeansAnotherEndpointFromThenOn() {
        ScriptedEtcd sick = etcd(_ -> Say.error(UNAVAILABLE, "etcdserver: no leader"));
        ScriptedEtcd well = etcd(_ -> WELL);
        EtcdClient client = client(false, false, sick.address(), well.address());

        keepAlive(client);
        keepAlive(client);
        assertThat(sick.methods()).hasSize(1);
        assertThat(well.methods()).hasSize(2);
    }

    @Test
    void case29OneMoreAuthenticationWhenTheTokenIsOld() {
        for (Say old : List.of(
                Say.error(UNAUTHENTICATED, "etcdserver: invalid auth token"),
                Say.error(INVALID_ARGUMENT, "etcdserver: revision of auth store is old"),
                Say.error(PERMISSION_DENIED, "etcdserver: permission denied"))) {
            Deque<Say> answers = new ArrayDeque<>(List.of(old, WELL));
            ScriptedEtcd server = etcd(call -> call.method().equals("Authenticate")
                    ? Say.ok(Say.header(5).text(2, "token"))
                    : java.util.Objects.requireNonNull(answers.poll()));

            assertThat(keepAlive(client(false, true, server.address())))
                    .as(old.text())
                    .isInstanceOf(Reply.Answer.class);
            assertThat(server.methods())
                    .containsExactly("Authenticate", "LeaseKeepAlive", "Authenticate", "LeaseKeepAlive");
        }
    }

    @Test
    void case31WhenAllDiscoveredFailTheConfiguredAreAsked() {
        Deque<Say> members = new ArrayDeque<>();
        ScriptedEtcd configured = etcd(call -> call.method().equals("MemberList") ? members.pop() : WELL);
        ScriptedEtcd gone = etcd(_ -> WELL);
        members.add(Say.ok(Say.header(5).message(2, Message.build().text(4, "http://" + gone.address()))));
        EtcdClient client = client(true, false, configured.address());
        client.discoverIfDue(soon());
        gone.close();
        open.remove(gone);

        for (int count = 0; count < 3; count++) {
            assertThat(keepAlive(client)).isInstanceOf(Reply.Answer.class);
        }
    }

    @Test
    void case34OnlyAnExplicitRejectionIsOne() {
        ScriptedEtcd wrong = etcd(
                _ -> Say.error(INVALID_ARGUMENT, "etcdserver: authentication failed, invalid user ID or password"));
        ScriptedEtcd busy = etcd(_ -> Say.error(UNAVAILABLE, "etcdserver: request timed out"));

        assertThat(access(wrong)).isInstanceOf(EtcdDcs.Access.Rejected.class);
        assertThat(access(busy)).isInstanceOf(EtcdDcs.Access.Unknown.class);
    }

    private EtcdDcs.Access access(ScriptedEtcd server) {
        EtcdSettings settings = new EtcdSettings(
                List.of(server.address()),
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Credentials("matriarch", new Secret("wrong"))),
                TlsFiles.NONE);
        try (EtcdDcs dcs = new EtcdDcs(
                vertx, settings, "/service/test/", Optional.of("a"), Duration.ofSeconds(30), Ticker.system())) {
            return dcs.access(Deadline.after(Duration.ofSeconds(3)));
        }
    }

    @Test
    void unknownErrorsOfAnyKindAreNeverALostLease() {
        Stream.of("etcdserver: too many requests", "boom", "", "etcdserver: leader changed")
                .map(text -> new Reply.Failure(UNKNOWN, text))
                .forEach(failure ->
                        assertThat(failure.leaseNotFound()).as(failure.text()).isFalse());
    }
}
