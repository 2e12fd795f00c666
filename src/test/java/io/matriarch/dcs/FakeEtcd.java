package io.matriarch.dcs;

import io.matriarch.cluster.KeyedValue;
import io.matriarch.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** etcd in memory, on virtual time: keys with revisions, leases that run out, watchers. Not safe for several threads. */
public final class FakeEtcd {
    private static final int REMEMBERED = 50;

    private final Ticker ticker;
    private final Map<String, KeyedValue> keys = new TreeMap<>();
    private final Deque<Past> pasts = new ArrayDeque<>();
    private final Map<Long, LeaseTime> leases = new TreeMap<>();
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private long revision;
    private long lastLease;

    public FakeEtcd(Ticker ticker) {
        this.ticker = ticker;
    }

    private record LeaseTime(long expiresAt, Duration ttl) {}

    private record Past(long until, Snapshot keys) {}

    /** All keys as they were after the change that made {@code revision}. */
    record Snapshot(long revision, List<KeyedValue> keys) {}

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
        if (keys.values().stream().anyMatch(entry -> entry.lease() != 0 && !leases.containsKey(entry.lease()))) {
            remember();
        }
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

    long now() {
        return ticker.nanos();
    }

    /** What was there at {@code then}: what a watch that is behind still believes. */
    Snapshot asOf(long then) {
        expire();
        return pasts.stream()
                .filter(past -> past.until() > then)
                .findFirst()
                .map(Past::keys)
                .orElseGet(this::snapshot);
    }

    /** Called before each change. */
    private void remember() {
        pasts.addLast(new Past(ticker.nanos(), snapshot()));
        while (pasts.size() > REMEMBERED) {
            pasts.removeFirst();
        }
    }

    private Snapshot snapshot() {
        return new Snapshot(revision, List.copyOf(keys.values()));
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
        remember();
        revision++;
        keys.put(key, new KeyedValue(key, value, revision, lease));
        watchers.forEach(Runnable::run);
        return revision;
    }

    public long delete(String key) {
        remember();
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
