package io.matriarch.dcs.etcd;

import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import java.time.Duration;

/** The one lease of this agent: granted when needed, kept alive when asked, forgotten when etcd doesn't know it (reference 3.3). Not safe for several threads. */
final class LeaseKeeper {
    private final EtcdClient client;
    private final Ticker ticker;
    private Duration ttl;
    private long lease;
    private long aliveAt;

    LeaseKeeper(EtcdClient client, Ticker ticker, Duration ttl) {
        this.client = client;
        this.ticker = ticker;
        this.ttl = ttl;
    }

    /** What came of it. */
    sealed interface Alive {
        /** The lease lives. */
        record Yes(long lease) implements Alive {}

        /** It ran out; there is none now. */
        record Expired() implements Alive {}

        /** Not known. */
        record Unknown(String why) implements Alive {}
    }

    void setTtl(Duration changed) {
        if (!changed.equals(ttl)) {
            ttl = changed;
            lease = 0;
        }
    }

    boolean exists() {
        return lease != 0;
    }

    void forget() {
        lease = 0;
    }

    /** The lease, granted if there is none. */
    Alive ensure(Duration freshness, Deadline deadline) {
        if (lease == 0) {
            return grant(deadline);
        }
        return switch (keepAlive(freshness, deadline)) {
            case Alive.Expired _ -> grant(deadline);
            case Alive.Yes yes -> yes;
            case Alive.Unknown unknown -> unknown;
        };
    }

    /** Sends a keep-alive unless one was answered less than {@code freshness} ago. */
    Alive keepAlive(Duration freshness, Deadline deadline) {
        long now = ticker.nanos();
        if (lease != 0 && now - aliveAt < freshness.toNanos()) {
            return new Alive.Yes(lease);
        }
        return switch (client.call(Method.LEASE_KEEP_ALIVE, Requests.leaseKeepAlive(lease), deadline)) {
            case Reply.NoAnswer none -> new Alive.Unknown(none.why());
            case Reply.Failure failure when failure.leaseNotFound() -> expired();
            case Reply.Failure failure -> new Alive.Unknown(failure.text());
            case Reply.Answer answer when answer.message().number(3) <= 0 -> expired();
            case Reply.Answer _ -> {
                aliveAt = now;
                yield new Alive.Yes(lease);
            }
        };
    }

    private Alive expired() {
        lease = 0;
        return new Alive.Expired();
    }

    private Alive grant(Deadline deadline) {
        long now = ticker.nanos();
        return switch (client.call(Method.LEASE_GRANT, Requests.leaseGrant(ttl.toSeconds()), deadline)) {
            case Reply.NoAnswer none -> new Alive.Unknown(none.why());
            case Reply.Failure failure -> new Alive.Unknown(failure.text());
            case Reply.Answer answer -> {
                lease = answer.message().number(2);
                aliveAt = now;
                yield new Alive.Yes(lease);
            }
        };
    }
}
