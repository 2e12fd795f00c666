package io.matriarch.dcs;

import io.matriarch.time.Deadline;
import java.time.Duration;

/**
 * The distributed configuration store, for one scope and one member. No call throws for what the store does or fails to do; none waits past its deadline.
 * Safe for use by several threads.
 */
public interface Dcs extends AutoCloseable {

    /** The cluster as the watch keeps it; waits for the watch to be ready. Never serves a copy that is known to be stale. */
    Reading read(Deadline deadline);

    /** The cluster by one linearizable read: for decisions that others would not forgive, and for a person. */
    Reading readFresh(Deadline deadline);

    Writing write(DcsCommand command, Deadline deadline);

    /** The TTL of the lease from its next renewal on. */
    void setTtl(Duration ttl);

    /** Called, on any thread, when the leader, the configuration or, for followers, the status changed (reference 3.6). Must return at once. */
    void onChange(Runnable listener);

    /** Gives up the lease's keep-alive without revoking it, and closes the connections. */
    @Override
    void close();
}
