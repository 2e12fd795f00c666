package io.matriarch.dcs;

import io.matriarch.cluster.KeyedValue;
import io.matriarch.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** etcd in memory, on virtual time: keys with revisions, leases that run out, watchers. Not safe for several threads. */
public final class FakeEtcd {
    private final Ticker ticker;
    private final Map<String, KeyedValue> keys = new TreeMap<>();
    private final Map<Long, LeaseTime> leases = new TreeMap<>();
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private long revision;
    private long lastLease;
    private boolean comparesOnAcquire = true;

    public FakeEtcd(Ticker ticker) {
        this.ticker = ticker;
    }

    private record LeaseTime(long expiresAt, Duration ttl) {}

    /** Plants a bug: the leader key is taken whoever holds it. */
    public void forgetToCompare() {
        comparesOnAcquire = false;
    }

    public boolean comparesOnAcquire() {
        return comparesOnAcquire;
    }

    public void onChange(Runnable watcher) {
        watchers.add(watcher);
    }

    /** Removes what has run out; the simulator calls it before everything else at each moment. */
    public void expire() {
        List<Long> over = new ArrayList<>();
        leases.forEach((id, lease) -> {
            if (lease.expiresAt() - ticker.nanos() <= 0) {
                over.add(id);
            }
        });
        over.forEach(leases::remove);
        boolean changed = keys.values().removeIf(entry -> entry.lease() != 0 && !leases.containsKey(entry.lease()));
        if (changed) {
            revision++;
            watchers.forEach(Runnable::run);
        }
    }

    List<KeyedValue> all() {
        expire();
        return List.copyOf(keys.values());
    }

    public Optional<KeyedValue> find(String key) {
        expire();
        return Optional.ofNullable(keys.get(key));
    }

    long grant(Duration ttl) {
        lastLease++;
        leases.put(lastLease, new LeaseTime(ticker.nanos() + ttl.toNanos(), ttl));
        return lastLease;
    }

    /** Whether the lease lived. */
    boolean keepAlive(long lease) {
        expire();
        return leases.computeIfPresent(
                        lease,
                        (_, old) -> new LeaseTime(ticker.nanos() + old.ttl().toNanos(), old.ttl()))
                != null;
    }

    long put(String key, String value, long lease) {
        revision++;
        keys.put(key, new KeyedValue(key, value, revision, lease));
        watchers.forEach(Runnable::run);
        return revision;
    }

    long delete(String key) {
        revision++;
        if (keys.remove(key) != null) {
            watchers.forEach(Runnable::run);
        }
        return revision;
    }

    void clear() {
        keys.clear();
        revision++;
        watchers.forEach(Runnable::run);
    }
}
