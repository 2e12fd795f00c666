package io.matriarch.cli;

import io.matriarch.config.EtcdSettings;
import io.matriarch.dcs.etcd.EtcdDcs;
import io.matriarch.dcs.etcd.SrvDiscovery;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import java.time.Duration;
import java.util.Optional;

/** Opens the DCS for a person: no lease, no watch. */
public final class EtcdOpening {
    /** The lease that is never taken would have it. */
    private static final Duration NO_LEASE = Duration.ofSeconds(30);

    private static final Duration DNS_PATIENCE = Duration.ofSeconds(10);

    private EtcdOpening() {}

    /** The settings with the servers that DNS names, if it is to be asked; absent when there is none at all. */
    public static Optional<EtcdSettings> resolve(LightVertx vertx, EtcdSettings settings) {
        return SrvDiscovery.ofThisMachine(vertx.get()).resolve(settings, Deadline.after(DNS_PATIENCE));
    }

    /**
     * A client that only reads and writes.
     *
     * @param settings as {@link #resolve} gives them
     * @param prefix of the cluster's keys
     */
    public static EtcdDcs open(LightVertx vertx, EtcdSettings settings, String prefix) {
        return new EtcdDcs(vertx.get(), settings, prefix, Optional.empty(), NO_LEASE, Ticker.system());
    }
}
