package io.matriarch.archive.backup;

import io.matriarch.archive.store.ObjectStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A store whose user dies at some call that changes something: that call and all after it do nothing and fail. */
final class MortalStore {
    private static final Set<String> CHANGES = Set.of("create", "replace", "delete", "removeUnfinished");

    private final ObjectStore store;
    private final AtomicInteger left;

    MortalStore(ObjectStore store, int changes) {
        this.store = store;
        this.left = new AtomicInteger(changes);
    }

    /** Whether its user died. */
    boolean died() {
        return left.get() < 0;
    }

    ObjectStore store() {
        return (ObjectStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ObjectStore.class}, (_, method, arguments) -> {
                    if (CHANGES.contains(method.getName()) ? left.decrementAndGet() < 0 : died()) {
                        throw new IllegalStateException("dead");
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
