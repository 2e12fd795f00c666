package io.matriarch.archive;

import io.matriarch.archive.codec.Codec;
import io.matriarch.archive.store.ObjectStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** A push that does one call of its store at a time, when it's told to, and can be killed before each. */
final class SteppedPush {
    private static final Set<String> STEPS = Set.of("create", "replace", "delete", "read", "present");

    private final Semaphore turn = new Semaphore(0);
    private final Semaphore waiting = new Semaphore(0);
    private boolean killed;
    private boolean ended;
    private boolean acknowledged;
    private Optional<Exception> failure = Optional.empty();

    private SteppedPush() {}

    /** It waits before its first step. */
    static SteppedPush begin(ObjectStore store, Codec codec, WalSource source) {
        SteppedPush push = new SteppedPush();
        Thread.ofVirtual().start(() -> push.run(push.stepped(store), codec, source));
        push.waiting.acquireUninterruptibly();
        return push;
    }

    void step() {
        turn.release();
        waiting.acquireUninterruptibly();
    }

    void kill() {
        killed = true;
        step();
    }

    boolean isRunning() {
        return !ended;
    }

    /** Whether PostgreSQL was told that the file is archived. */
    boolean isAcknowledged() {
        return acknowledged;
    }

    /** Why it ended, if it neither was killed nor archived anything. */
    Optional<Exception> failure() {
        return failure;
    }

    private void run(ObjectStore store, Codec codec, WalSource source) {
        try {
            new CodedWal(new Repository("main", store, codec)).push(source);
            acknowledged = true;
        } catch (Exception e) {
            failure = killed ? Optional.empty() : Optional.of(e);
        }
        ended = true;
        waiting.release();
    }

    private ObjectStore stepped(ObjectStore store) {
        return (ObjectStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ObjectStore.class}, (_, method, arguments) -> {
                    if (STEPS.contains(method.getName()) && !arguments[0].equals(RepositoryFormat.NAME)) {
                        waiting.release();
                        turn.acquireUninterruptibly();
                    }
                    if (killed) {
                        throw new IllegalStateException("killed");
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
