package io.matriarch.dcs.etcd;

import io.matriarch.cluster.KeyedValue;
import io.matriarch.config.HostPort;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Keeps a full copy of the prefix: one range read, then a watch from that revision on. Whenever the watch ends, for whatever reason (the connection, compaction, a
 * cancel, another endpoint), the copy counts as unknown until it was read anew.
 */
final class Watcher implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Watcher.class);
    private static final Duration READ_PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(300);
    private static final Duration LOOK_AROUND = Duration.ofSeconds(1);
    /** Keys whose values wake the loop (reference 3.6, and a request for a failover); so does a key that comes or goes: a new member needs its slot. */
    private static final Set<String> WAKING = Set.of("leader", "config", "status", "failover");

    private final EtcdClient client;
    private final Ticker ticker;
    private final String prefix;
    private final KeyCopy copy;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private boolean ready;
    private long restarts;
    private boolean closed;
    private boolean started;
    private String trouble = "etcd has not been read yet";
    private CompletableFuture<String> watchEnd = new CompletableFuture<>();

    Watcher(EtcdClient client, String prefix, Ticker ticker) {
        this.client = client;
        this.ticker = ticker;
        this.prefix = prefix;
        this.copy = new KeyCopy(prefix);
        client.onSwitch(() -> restart("another endpoint is in use now"));
        this.thread = Thread.ofPlatform().name("etcd-watch").daemon().unstarted(this::run);
    }

    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** All entries, once the copy is known to be good; absent when it isn't by the deadline. */
    Optional<List<KeyedValue>> entries(Deadline deadline) {
        lock.lock();
        try {
            start();
            while (!ready && !deadline.expired() && !closed) {
                changed.awaitNanos(deadline.remaining().toNanos());
            }
            return ready ? Optional.of(copy.all()) : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Why there is no good copy. */
    String trouble() {
        lock.lock();
        try {
            return trouble;
        } finally {
            lock.unlock();
        }
    }

    Optional<KeyedValue> find(String key) {
        lock.lock();
        try {
            return ready ? copy.find(key) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Takes an own write into the copy before its event comes. */
    void wrote(Consumer<KeyCopy> change) {
        lock.lock();
        try {
            change.accept(copy);
        } finally {
            lock.unlock();
        }
    }

    /** The copy can't be trusted any more: read it anew. */
    void restart(String why) {
        lock.lock();
        try {
            ready = false;
            restarts++;
            trouble = why;
            watchEnd.complete(why);
        } finally {
            lock.unlock();
        }
    }

    private void start() {
        if (!started && !closed) {
            started = true;
            thread.start();
        }
    }

    private void run() {
        while (!isClosed()) {
            String why = readAndWatch();
            lock.lock();
            try {
                ready = false;
                trouble = why;
            } finally {
                lock.unlock();
            }
            LOG.debugf("the watch ended: %s", why);
            pause();
        }
    }

    private boolean isReady() {
        lock.lock();
        try {
            return ready;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns why it ended. */
    private String readAndWatch() {
        long restartsBefore = restarts();
        Reply reply = client.call(Method.RANGE, Requests.rangeOfPrefix(prefix), Deadline.after(ticker, READ_PATIENCE));
        try {
            return switch (reply) {
                case Reply.NoAnswer none -> none.why();
                case Reply.Failure failure -> failure.text();
                case Reply.Answer answer -> watchFrom(answer, restartsBefore);
            };
        } catch (RuntimeException broken) { // whatever it is: this thread has to go on trying
            return "the cluster could not be read: " + broken;
        }
    }

    private long restarts() {
        lock.lock();
        try {
            return restarts;
        } finally {
            lock.unlock();
        }
    }

    private String watchFrom(Reply.Answer answer, long restartsBefore) {
        CompletableFuture<String> end = new CompletableFuture<>();
        Endpoint endpoint = client.currentEndpoint();
        lock.lock();
        try {
            if (restarts != restartsBefore) {
                return "what was read is old already";
            }
            copy.replace(answer.message().messages(2));
            watchEnd = end;
        } finally {
            lock.unlock();
        }
        endpoint.open(Method.WATCH, client.token())
                .onFailure(failure -> end.complete(Endpoint.describe(failure)))
                .onSuccess(request -> follow(request, answer.revision() + 1, end));
        return awaitEnd(endpoint.address(), end);
    }

    private void follow(GrpcClientRequest<Buffer, Buffer> request, long revision, CompletableFuture<String> end) {
        request.exceptionHandler(failure -> end.complete(Endpoint.describe(failure)));
        request.response()
                .onFailure(failure -> end.complete(Endpoint.describe(failure)))
                .onSuccess(response -> listen(response, end));
        request.write(Buffer.buffer(Requests.watch(prefix, revision).toBytes()));
        var _ = end.whenComplete((_, _) -> request.cancel());
    }

    private void listen(GrpcClientResponse<Buffer, Buffer> response, CompletableFuture<String> end) {
        response.handler(message -> {
            try {
                take(Message.read(message.getBytes()), end);
            } catch (RuntimeException broken) { // whatever it is: the copy can't be kept up to date with it
                end.complete("etcd sent what is no watch message: " + broken);
            }
        });
        response.exceptionHandler(failure -> end.complete(Endpoint.describe(failure)));
        response.endHandler(_ -> end.complete("etcd ended the watch: "
                + Optional.ofNullable(response.statusMessage()).orElse("")));
    }

    private void take(Message message, CompletableFuture<String> end) {
        if (message.flag(4)) {
            end.complete("etcd cancelled the watch: " + message.text(6));
            return;
        }
        if (client.isBehind(message)) {
            end.complete("the watched endpoint is behind the others");
            return;
        }
        List<Message> events = message.messages(11);
        boolean created = message.flag(3);
        boolean waking;
        lock.lock();
        try {
            if (end.isDone()) {
                return;
            }
            List<String> before = wakingValues();
            events.forEach(copy::apply);
            waking = created || !before.equals(wakingValues());
            if (created) {
                ready = true;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (waking) {
            listeners.forEach(Runnable::run);
        }
    }

    private List<String> wakingValues() {
        Stream<String> values = WAKING.stream()
                .sorted()
                .map(key -> copy.find(key).map(KeyedValue::value).orElse(""));
        Stream<String> names = copy.all().stream().map(KeyedValue::key).sorted();
        return Stream.concat(values, names).toList();
    }

    /** Ends when the watch does, or when the client has moved on to another endpoint. */
    private String awaitEnd(HostPort watched, CompletableFuture<String> end) {
        Queue<String> reasons = new ArrayDeque<>();
        Deadline creation = Deadline.after(ticker, READ_PATIENCE);
        while (reasons.isEmpty()) {
            try {
                reasons.add(end.get(LOOK_AROUND.toMillis(), TimeUnit.MILLISECONDS));
            } catch (TimeoutException e) {
                if (!isReady() && creation.expired()) {
                    reasons.add(watched + " doesn't begin the watch");
                }
            } catch (ExecutionException e) {
                reasons.add(Endpoint.describe(e));
            } catch (InterruptedException e) {
                reasons.add("closed");
            }
        }
        String reason = reasons.remove();
        end.complete(reason);
        return reason;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            ready = false;
            watchEnd.complete("closed");
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
    }
}
