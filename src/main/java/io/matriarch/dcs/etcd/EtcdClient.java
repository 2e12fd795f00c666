package io.matriarch.dcs.etcd;

import io.matriarch.config.EtcdSettings;
import io.matriarch.config.HostPort;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Calls etcd: on the current endpoint first, on the others when it fails; with a token where authentication is on; and never believing a server that has been
 * left behind (reference 3.6, 3.7, 3.9). Safe for several threads.
 */
final class EtcdClient implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EtcdClient.class);
    private static final Duration SHORTEST_TRY = Duration.ofSeconds(1);
    private static final Duration QUARANTINE = Duration.ofSeconds(5);
    /** A prefix with many members is one answer; etcd's own limit for a request is 1.5 MiB. */
    private static final long LARGEST_ANSWER = 4 << 20;

    private static final Duration DISCOVERY_INTERVAL = Duration.ofMinutes(5);
    /** Whoever reads the cluster waits for it, and can do without. */
    private static final Duration DISCOVERY_PATIENCE = Duration.ofSeconds(3);

    private static final Duration SRV_INTERVAL = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final Ticker ticker;
    private final EtcdSettings settings;
    private final GrpcClient grpc;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<HostPort, Long> quarantinedUntil = new HashMap<>();
    private final List<Runnable> switchListeners = new CopyOnWriteArrayList<>();
    private List<HostPort> configured;
    private List<HostPort> discovered = List.of();
    private long srvDue;
    private long discoveryDue;
    private HostPort current;
    private Optional<String> token = Optional.empty();
    private boolean authenticationIsOff;
    private long clusterId;
    private long raftTerm;
    private boolean listWasBroken;

    EtcdClient(Vertx vertx, EtcdSettings settings, Ticker ticker) {
        this.ticker = ticker;
        this.settings = settings;
        this.grpc = GrpcClient.client(
                vertx,
                new GrpcClientOptions().setTransportOptions(options(settings)).setMaxMessageSize(LARGEST_ANSWER));
        this.vertx = vertx;
        this.configured = settings.endpoints();
        this.current = configured.getFirst();
        this.discoveryDue = ticker.nanos();
        this.srvDue = ticker.nanos() + SRV_INTERVAL.toNanos();
    }

    private static HttpClientOptions options(EtcdSettings settings) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2MaxPoolSize(1)
                .setHttp2KeepAliveTimeout(0)
                .setTcpKeepAlive(true)
                .setConnectTimeout((int) Duration.ofSeconds(3).toMillis());
        if (settings.https()) {
            EtcdTls.apply(settings.tls(), options.setUseAlpn(true));
        }
        return options;
    }

    /** Asks one endpoint after the other until one answers or the deadline comes. */
    Reply call(Method method, Message.Builder request, Deadline deadline) {
        byte[] bytes = request.toBytes();
        Reply reply = Reply.NoAnswer.toNothing("no time was left to ask etcd");
        boolean unanswered = false;
        List<HostPort> order = order();
        int tries = tries(order.size());
        for (int attempt = 0; attempt < tries && !deadline.expired(); attempt++) {
            HostPort address = order.get(attempt % order.size());
            Duration share = deadline.remaining().dividedBy(Math.max(1, tries - attempt));
            Deadline patience = deadline.atMost(share.compareTo(SHORTEST_TRY) < 0 ? SHORTEST_TRY : share);
            reply = withToken(new Endpoint(grpc, address), method, bytes, patience);
            if (!(reply instanceof Reply.NoAnswer(String why, boolean sent))) {
                use(address);
                return unanswered ? certain(method, reply) : reply;
            }
            unanswered |= sent;
            avoid(address, why);
            pauseBeforeNextTry(deadline);
        }
        lookUpAgainIfDue();
        return reply;
    }

    /** Nobody answers: DNS may know other servers by now. For the next call; nobody waits for it here. */
    private void lookUpAgainIfDue() {
        lock.lock();
        try {
            if (settings.srv().isEmpty() || srvDue - ticker.nanos() > 0) {
                return;
            }
            srvDue = ticker.nanos() + SRV_INTERVAL.toNanos();
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual()
                .name("etcd-srv")
                .start(() -> SrvDiscovery.ofThisMachine(vertx)
                        .resolve(settings, Deadline.after(ticker, SRV_INTERVAL))
                        .filter(found -> found.https() == settings.https())
                        .ifPresent(found -> configure(found.endpoints())));
    }

    private void configure(List<HostPort> endpoints) {
        lock.lock();
        try {
            configured = endpoints;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A transaction that was sent before without an answer may have been carried out then, and refuses now because of that: its refusal says nothing. All other
     * requests do the same when they are done twice.
     */
    private static Reply certain(Method method, Reply reply) {
        boolean refused = method == Method.TXN && reply instanceof Reply.Answer(Message message) && !message.flag(2);
        return refused
                ? Reply.NoAnswer.toRequest("an earlier try wasn't answered: it is not known whether it was carried out")
                : reply;
    }

    /** The endpoint that answered last, for a watch. */
    Endpoint currentEndpoint() {
        lock.lock();
        try {
            return new Endpoint(grpc, current);
        } finally {
            lock.unlock();
        }
    }

    Optional<String> token() {
        lock.lock();
        try {
            return token;
        } finally {
            lock.unlock();
        }
    }

    /** Called, on any thread, when another endpoint than before is the current one. Must return at once. */
    void onSwitch(Runnable listener) {
        switchListeners.add(listener);
    }

    private void avoid(HostPort address, String why) {
        LOG.debugf("etcd endpoint %s: %s", address, why);
        HostPort before;
        HostPort after;
        lock.lock();
        try {
            before = current;
            quarantinedUntil.put(address, ticker.nanos() + QUARANTINE.toNanos());
            if (current.equals(address)) {
                current = known().stream()
                        .filter(other -> !isQuarantined(other))
                        .findFirst()
                        .orElse(current);
            }
            after = current;
        } finally {
            lock.unlock();
        }
        tellSwitch(before, after);
    }

    private void tellSwitch(HostPort before, HostPort after) {
        if (!before.equals(after)) {
            switchListeners.forEach(Runnable::run);
        }
    }

    /** One endpoint is tried three times, two are tried twice each, more once each (reference 3.7). */
    private static int tries(int endpoints) {
        return switch (endpoints) {
            case 1 -> 3;
            case 2 -> 4;
            default -> endpoints;
        };
    }

    private void pauseBeforeNextTry(Deadline deadline) {
        Duration pause = deadline.atMost(Duration.ofMillis(100)).remaining();
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Reply withToken(Endpoint endpoint, Method method, byte[] request, Deadline deadline) {
        if (settings.authentication().isEmpty()) {
            return checked(endpoint.call(method, request, Optional.empty(), deadline));
        }
        if (token().isEmpty() && !authenticationOff()) {
            Optional<Reply> failure = authenticate(endpoint, deadline);
            if (failure.isPresent()) {
                return failure.get();
            }
        }
        Reply reply = checked(endpoint.call(method, request, token(), deadline));
        if (reply instanceof Reply.Failure failed && failed.needsToken()) {
            Optional<Reply> failure = authenticate(endpoint, deadline);
            return failure.orElseGet(() -> checked(endpoint.call(method, request, token(), deadline)));
        }
        return reply;
    }

    /** The reply to give if there is no token now. */
    private Optional<Reply> authenticate(Endpoint endpoint, Deadline deadline) {
        var credentials = settings.authentication().orElseThrow();
        byte[] request = Requests.authenticate(
                        credentials.username(), credentials.password().reveal())
                .toBytes();
        return switch (endpoint.call(Method.AUTHENTICATE, request, Optional.empty(), deadline)) {
            case Reply.Answer answer -> {
                remember(Optional.of(answer.message().text(2)), false);
                yield Optional.empty();
            }
            case Reply.Failure failure
            when failure.text().contains("authentication is not enabled") -> {
                remember(Optional.empty(), true);
                yield Optional.empty();
            }
            case Reply.Failure failure -> Optional.of(failure);
            case Reply.NoAnswer none -> Optional.of(none);
        };
    }

    private void remember(Optional<String> newToken, boolean off) {
        lock.lock();
        try {
            token = newToken;
            authenticationIsOff = off;
        } finally {
            lock.unlock();
        }
    }

    private boolean authenticationOff() {
        lock.lock();
        try {
            return authenticationIsOff;
        } finally {
            lock.unlock();
        }
    }

    /** A server that is behind in raft's terms was cut off from the others: its answers are old (reference 3.6). */
    private Reply checked(Reply reply) {
        if (!(reply instanceof Reply.Answer(Message message))) {
            return reply;
        }
        try {
            return isBehind(message)
                    ? Reply.NoAnswer.toRequest("it is behind the others: its raft term is an older one")
                    : reply;
        } catch (UncheckedIOException broken) {
            return Reply.NoAnswer.toRequest("the answer has no etcd header");
        }
    }

    /** Whether a message's header tells of an older raft term than one before; remembers the newest. */
    boolean isBehind(Message message) {
        Message header = message.message(1);
        lock.lock();
        try {
            if (header.number(1) != clusterId) {
                clusterId = header.number(1);
                raftTerm = 0;
            }
            if (Long.compareUnsigned(header.number(4), raftTerm) < 0) {
                return true;
            }
            raftTerm = header.number(4);
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void use(HostPort address) {
        HostPort before;
        lock.lock();
        try {
            before = current;
            quarantinedUntil.remove(address);
            current = address;
        } finally {
            lock.unlock();
        }
        tellSwitch(before, address);
    }

    /** The current endpoint, the other healthy ones, those in quarantine last. */
    private List<HostPort> order() {
        lock.lock();
        try {
            List<HostPort> order = new ArrayList<>();
            order.add(current);
            known().stream()
                    .filter(address -> !order.contains(address) && !isQuarantined(address))
                    .forEach(order::add);
            known().stream().filter(address -> !order.contains(address)).forEach(order::add);
            if (isQuarantined(current) && order.size() > 1) {
                order.addLast(order.removeFirst());
            }
            return order;
        } finally {
            lock.unlock();
        }
    }

    private List<HostPort> known() {
        List<HostPort> all = new ArrayList<>(configured);
        discovered.stream().filter(address -> !all.contains(address)).forEach(all::add);
        return all;
    }

    private boolean isQuarantined(HostPort address) {
        return quarantinedUntil.getOrDefault(address, ticker.nanos()) - ticker.nanos() > 0;
    }

    /** Asks etcd for its members now and then, so that a cluster that moved is found. */
    void discoverIfDue(Deadline deadline) {
        if (!settings.discover() || discoveryDue - ticker.nanos() > 0) {
            return;
        }
        discoveryDue = ticker.nanos() + DISCOVERY_INTERVAL.toNanos();
        if (call(Method.MEMBER_LIST, Message.build(), deadline.atMost(DISCOVERY_PATIENCE))
                instanceof Reply.Answer(Message list)) {
            learn(list);
        }
    }

    /** From a list that can't be read nothing is learned, and what was known stays; it is said once, until a good one came. */
    private void learn(Message list) {
        try {
            List<HostPort> found = MemberUrls.clients(list);
            lock.lock();
            try {
                discovered = found;
            } finally {
                lock.unlock();
            }
            listWasBroken = false;
        } catch (UncheckedIOException broken) {
            if (!listWasBroken) {
                LOG.warnf(
                        "etcd's list of its members can't be read (%s): the endpoints known so far stay in use; look at"
                                + " what answers at %s",
                        broken.getMessage(), currentEndpoint().address());
            }
            listWasBroken = true;
        }
    }

    @Override
    public void close() {
        grpc.close();
    }
}
