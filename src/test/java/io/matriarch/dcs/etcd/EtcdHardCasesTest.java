package io.matriarch.dcs.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.matriarch.HardCase;
import io.matriarch.Logged;
import io.matriarch.config.Credentials;
import io.matriarch.config.EtcdSettings;
import io.matriarch.config.HostPort;
import io.matriarch.config.Secret;
import io.matriarch.config.TlsFiles;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.Writing;
import io.matriarch.dcs.etcd.ScriptedEtcd.Call;
import io.matriarch.dcs.etcd.ScriptedEtcd.Say;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value.Mapping;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What etcd says in rare moments. */
final class EtcdHardCasesTest {
    private static final int UNKNOWN = 2;
    private static final int INVALID_ARGUMENT = 3;
    private static final int PERMISSION_DENIED = 7;
    private static final int UNAVAILABLE = 14;
    private static final int UNAUTHENTICATED = 16;
    private static final Say WELL = Say.ok(Say.header(5));
    /** Messages of a watch: that it has begun, and that it is over. */
    private static final Message.Builder BEGUN = Say.header(5).flag(3, true);

    private static final Message.Builder CANCELLED = Say.header(5).flag(4, true).text(6, "revision compacted");

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

    private ScriptedEtcd etcd(Function<Call, Say> script, Function<Call, List<Message.Builder>> watch) {
        ScriptedEtcd server = new ScriptedEtcd(vertx, script, watch);
        open.add(server);
        return server;
    }

    private static EtcdSettings settings(ScriptedEtcd server, Optional<Credentials> credentials) {
        return new EtcdSettings(
                List.of(server.address()),
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                credentials,
                TlsFiles.NONE);
    }

    private EtcdDcs dcs(ScriptedEtcd server, Ticker ticker) {
        EtcdSettings settings = settings(server, Optional.empty());
        EtcdDcs dcs = new EtcdDcs(vertx, settings, "/service/test/", Optional.of("a"), Duration.ofSeconds(30), ticker);
        open.add(dcs);
        return dcs;
    }

    private static Say keys(boolean initialized) {
        Message.Builder answer = Say.header(5);
        if (initialized) {
            answer.message(
                    2,
                    Message.build()
                            .text(1, "/service/test/initialize")
                            .number(3, 4)
                            .text(5, "7711371126323781949"));
        }
        return Say.ok(answer);
    }

    private static boolean seesTheIdentifier(EtcdDcs dcs) {
        return dcs.read(soon()) instanceof Reading.Known known
                && known.view().systemIdentifier().isPresent();
    }

    private EtcdClient client(boolean discover, boolean withUser, HostPort... endpoints) {
        return client(Ticker.system(), discover, withUser, endpoints);
    }

    private EtcdClient client(Ticker ticker, boolean discover, boolean withUser, HostPort... endpoints) {
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
                ticker);
        open.add(client);
        return client;
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(10));
    }

    private static Reply keepAlive(EtcdClient client) {
        return client.call(Method.LEASE_KEEP_ALIVE, Requests.leaseKeepAlive(9), soon());
    }

    @HardCase(23)
    @Test
    void notAPrimaryLessorIsAServersTroubleAndNotTheRequests() {
        ScriptedEtcd sick = etcd(_ -> Say.error(UNKNOWN, "lease: not a primary lessor"));
        ScriptedEtcd well = etcd(_ -> WELL);

        assertThat(keepAlive(client(false, false, sick.address(), well.address())))
                .isInstanceOf(Reply.Answer.class);
        assertThat(well.methods()).containsExactly("LeaseKeepAlive");
    }

    @HardCase(23)
    @Test
    void notAPrimaryLessorFromTheOnlyServerIsNoAnswerAndNeverARefusal() {
        ScriptedEtcd sick = etcd(_ -> Say.error(UNKNOWN, "lease: not a primary lessor"));

        assertThat(keepAlive(client(false, false, sick.address()))).isInstanceOf(Reply.NoAnswer.class);
    }

    @HardCase(24)
    @Test
    void keepAliveAndTheListOfMembersCarryTheToken() {
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

    /** etcd leaves the connection open then. */
    @HardCase(25)
    @Test
    void afterTheCancelOfAWatchEverythingIsReadAgain() {
        AtomicInteger reads = new AtomicInteger();
        AtomicInteger watches = new AtomicInteger();
        ScriptedEtcd server = etcd(
                _ -> keys(reads.incrementAndGet() > 1),
                _ -> watches.incrementAndGet() == 1 ? List.of(BEGUN, CANCELLED) : List.of(BEGUN));
        EtcdDcs dcs = dcs(server, Ticker.system());

        await().atMost(Duration.ofSeconds(10)).until(() -> seesTheIdentifier(dcs));
        assertThat(server.methods()).containsExactly("Range", "Watch", "Range", "Watch");
    }

    @HardCase(26)
    @Test
    void whateverEtcdAnswersIsAnAnswerOrNoneAndNeverAnException() {
        byte[] broken = {(byte) 0xff};
        for (Say strange : List.of(
                Say.error(UNKNOWN, "boom"),
                Say.error(PERMISSION_DENIED, "etcdserver: permission denied"),
                Say.error(8, "etcdserver: too many requests"),
                Say.error(13, "internal"),
                Say.error(99, ""),
                Say.ok(Message.build().bytes(1, broken)))) {
            AtomicBoolean isStrange = new AtomicBoolean(true);
            ScriptedEtcd server = etcd(_ -> isStrange.get() ? strange : keys(true), _ -> List.of(BEGUN));
            EtcdDcs dcs = dcs(server, Ticker.system());
            Supplier<Deadline> brief = () -> Deadline.after(Duration.ofMillis(300));

            assertThat(dcs.read(brief.get())).as("%s", strange).isInstanceOf(Reading.Unavailable.class);
            assertThat(dcs.readFresh(brief.get())).as("%s", strange).isInstanceOf(Reading.Unavailable.class);
            for (DcsCommand command : List.of(
                    new DcsCommand.AcquireLeader(),
                    new DcsCommand.RenewLeader(),
                    new DcsCommand.TouchMember(Mapping.empty()))) {
                assertThat(dcs.write(command, brief.get()))
                        .as("%s %s", command, strange)
                        .isNotInstanceOf(Writing.Written.class);
            }
            isStrange.set(false);
            await("%s is over".formatted(strange))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> dcs.readFresh(brief.get()) instanceof Reading.Known && seesTheIdentifier(dcs));
        }
    }

    @HardCase(26)
    @Test
    void aListOfKeysThatIsNoneIsReadAgain() {
        AtomicInteger reads = new AtomicInteger();
        Say broken = Say.ok(Say.header(5).bytes(2, new byte[] {(byte) 0xff}));
        ScriptedEtcd server = etcd(_ -> reads.incrementAndGet() > 2 ? keys(true) : broken, _ -> List.of(BEGUN));
        EtcdDcs dcs = dcs(server, Ticker.system());

        assertThat(dcs.readFresh(soon())).isInstanceOf(Reading.Unavailable.class);
        await().atMost(Duration.ofSeconds(10)).until(() -> seesTheIdentifier(dcs));
    }

    @HardCase(28)
    @Test
    void theLeaseIsKeptAliveInEachLoop() {
        AtomicLong now = new AtomicLong();
        ScriptedEtcd server = etcd(
                call -> switch (call.method()) {
                    case "LeaseGrant" -> Say.ok(Say.header(5).number(2, 9).number(3, 30));
                    case "LeaseKeepAlive" -> Say.ok(Say.header(5).number(2, 9).number(3, 30));
                    case "Range" -> keys(true);
                    default -> WELL;
                },
                _ -> List.of(BEGUN));
        EtcdDcs dcs = dcs(server, now::get);
        dcs.write(new DcsCommand.TouchMember(Mapping.empty()), soon());

        for (int loop = 1; loop <= 3; loop++) {
            now.addAndGet(Duration.ofSeconds(10).toNanos());
            assertThat(seesTheIdentifier(dcs)).isTrue();
            assertThat(server.methods().stream().filter("LeaseKeepAlive"::equals))
                    .as("after %d loops without anything to write", loop)
                    .hasSize(loop);
        }
    }

    @HardCase(30)
    @Test
    void aRefusedWriteMeansThatTheCopyIsOld() {
        AtomicInteger reads = new AtomicInteger();
        ScriptedEtcd server = etcd(
                call -> call.method().equals("Txn") ? WELL : keys(reads.incrementAndGet() > 1), _ -> List.of(BEGUN));
        EtcdDcs dcs = dcs(server, Ticker.system());
        assertThat(seesTheIdentifier(dcs)).as("the watch says nothing of it").isFalse();

        assertThat(dcs.write(new DcsCommand.CreateInitialize(), soon())).isInstanceOf(Writing.Refused.class);
        assertThat(seesTheIdentifier(dcs)).isTrue();
    }

    @HardCase(27)
    @Test
    void aServerWithAnOlderRaftTermIsNotBelieved() {
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

    @HardCase(28)
    @Test
    void unavailableMeansAnotherEndpointFromThenOn() {
        ScriptedEtcd sick = etcd(_ -> Say.error(UNAVAILABLE, "etcdserver: no leader"));
        ScriptedEtcd well = etcd(_ -> WELL);
        EtcdClient client = client(false, false, sick.address(), well.address());

        keepAlive(client);
        keepAlive(client);
        assertThat(sick.methods()).hasSize(1);
        assertThat(well.methods()).hasSize(2);
    }

    /** Where the time is enough for one try only, the next call must not spend its own on the same silent server, however long ago that was. */
    @HardCase(28)
    @Test
    void whoDidNotAnswerAShortCallIsNotTheFirstToBeAskedNextTime() {
        ScriptedEtcd silent = etcd(_ -> Say.NOTHING);
        ScriptedEtcd well = etcd(_ -> WELL);
        AtomicLong later = new AtomicLong();
        Ticker ticker = () -> Ticker.system().nanos() + later.get();
        EtcdClient client = client(ticker, false, false, silent.address(), well.address());
        AtomicInteger switches = new AtomicInteger();
        client.onSwitch(switches::incrementAndGet);

        Deadline brief = Deadline.after(Duration.ofMillis(500));
        assertThat(client.call(Method.LEASE_KEEP_ALIVE, Message.build().number(1, 1), brief))
                .isInstanceOf(Reply.NoAnswer.class);
        assertThat(switches).as("a watch there must begin anew").hasValue(1);
        later.set(Duration.ofMinutes(1).toNanos());
        assertThat(keepAlive(client)).isInstanceOf(Reply.Answer.class);
        assertThat(silent.methods()).hasSize(1);
    }

    @HardCase(29)
    @Test
    void oneMoreAuthenticationWhenTheTokenIsOld() {
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

    @HardCase(31)
    @Test
    void whenAllDiscoveredFailTheConfiguredAreAsked() {
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

    @HardCase(26)
    @Test
    void fromAListOfMembersThatIsNoneNothingIsLearnedAndItIsSaidOnce() {
        Say broken = Say.ok(Say.header(5).bytes(2, new byte[] {(byte) 0xff}));
        Deque<Say> lists = new ArrayDeque<>(List.of(broken, broken));
        AtomicBoolean down = new AtomicBoolean();
        ScriptedEtcd second = etcd(_ -> WELL);
        ScriptedEtcd first = etcd(call -> down.get()
                ? Say.error(UNAVAILABLE, "etcdserver: no leader")
                : call.method().equals("MemberList") ? lists.pop() : WELL);
        lists.push(members("http://" + second.address()));
        AtomicLong now = new AtomicLong();
        EtcdClient client = client(now::get, true, false, first.address());
        client.discoverIfDue(soon());

        try (Logged log = new Logged(EtcdClient.class)) {
            for (int count = 0; count < 2; count++) {
                now.addAndGet(Duration.ofMinutes(6).toNanos());
                client.discoverIfDue(soon());
                assertThat(keepAlive(client)).isInstanceOf(Reply.Answer.class);
            }
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .contains(
                            "list of its members can't be read", first.address().toString());
        }
        assertThat(lists).isEmpty();
        down.set(true);
        assertThat(keepAlive(client)).isInstanceOf(Reply.Answer.class);
        assertThat(second.methods()).as("what was known before").containsExactly("LeaseKeepAlive");
    }

    @HardCase(26)
    @Test
    void addressesOfMembersThatAreNoneBreakNoCall() {
        ScriptedEtcd server = etcd(call -> call.method().equals("MemberList")
                ? members("http://127.0.0.1:99999", "http://:1", "unix://etcd", "%", "")
                : Say.error(UNAVAILABLE, "etcdserver: no leader"));
        EtcdClient client = client(true, false, server.address());

        client.discoverIfDue(soon());
        assertThat(keepAlive(client)).isInstanceOf(Reply.NoAnswer.class);
        assertThat(server.methods()).as("the only address there is").containsOnly("MemberList", "LeaseKeepAlive");
    }

    @HardCase(26)
    @Test
    void theClusterIsReadThoughTheListOfMembersIsNoneOrNeverComes() {
        for (Say list : List.of(
                Say.ok(Say.header(5).bytes(2, new byte[] {(byte) 0xff})),
                Say.ok(Message.build().bytes(1, new byte[] {(byte) 0xff})),
                Say.error(UNKNOWN, "boom"),
                Say.NOTHING)) {
            ScriptedEtcd server =
                    etcd(call -> call.method().equals("MemberList") ? list : keys(true), _ -> List.of(BEGUN));
            EtcdSettings settings = new EtcdSettings(
                    List.of(server.address()),
                    false,
                    true,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    TlsFiles.NONE);
            EtcdDcs dcs = new EtcdDcs(
                    vertx, settings, "/service/test/", Optional.of("a"), Duration.ofSeconds(30), Ticker.system());
            open.add(dcs);

            assertThat(seesTheIdentifier(dcs)).as("%s", list).isTrue();
            assertThat(server.methods()).as("%s", list).contains("MemberList");
        }
    }

    @HardCase(26)
    @Test
    void aTransactionsAnswerThatIsNoneMeansThatNothingIsKnown() {
        Say broken = Say.ok(Say.header(5).bytes(3, new byte[] {(byte) 0xff}));
        ScriptedEtcd server = etcd(
                call -> switch (call.method()) {
                    case "Txn" -> broken;
                    case "LeaseGrant", "LeaseKeepAlive" ->
                        Say.ok(Say.header(5).number(2, 9).number(3, 30));
                    default ->
                        Say.ok(Say.header(5)
                                .message(
                                        2,
                                        Message.build()
                                                .text(1, "/service/test/leader")
                                                .number(3, 4)
                                                .text(5, "a")
                                                .number(6, 8)));
                },
                _ -> List.of(BEGUN));
        EtcdDcs dcs = dcs(server, Ticker.system());
        assertThat(dcs.read(soon())).isInstanceOf(Reading.Known.class);

        assertThat(dcs.write(new DcsCommand.RenewLeader(), soon())).isInstanceOf(Writing.Unavailable.class);
        assertThat(server.methods()).contains("Txn");
    }

    private static Say members(String... urls) {
        Message.Builder list = Say.header(5);
        Stream.of(urls).forEach(url -> list.message(2, Message.build().text(4, url)));
        return Say.ok(list);
    }

    @HardCase(34)
    @Test
    void onlyAnExplicitRejectionOfTheCredentialsIsOne() {
        ScriptedEtcd wrong = etcd(
                _ -> Say.error(INVALID_ARGUMENT, "etcdserver: authentication failed, invalid user ID or password"));
        ScriptedEtcd busy = etcd(_ -> Say.error(UNAVAILABLE, "etcdserver: request timed out"));

        assertThat(access(wrong)).isInstanceOf(EtcdDcs.Access.Rejected.class);
        assertThat(access(busy)).isInstanceOf(EtcdDcs.Access.Unknown.class);
    }

    private EtcdDcs.Access access(ScriptedEtcd server) {
        EtcdSettings settings = settings(server, Optional.of(new Credentials("matriarch", new Secret("wrong"))));
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
