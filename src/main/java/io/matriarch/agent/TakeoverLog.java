package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.Takeovers;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** What this agent has seen of switchovers and failovers: by its loop, which looks whenever the request or the leader changes, and by who asks. */
final class TakeoverLog {
    private final AtomicReference<Takeovers> takeovers = new AtomicReference<>(Takeovers.NONE);

    /** A look of the loop; it may come again with the same cluster and a newer server. */
    void seen(Snapshot look) {
        if (look.cluster().isPresent() && look.clusterSeenAt().isPresent()) {
            seen(look.cluster().get(), Optional.of(look), look.clusterSeenAt().get());
        }
    }

    /** The cluster as it is at {@code at}, and the newest look at the own server. */
    Takeovers seen(ClusterView view, Optional<Snapshot> newest, Instant at) {
        Optional<Takeovers.Own> own =
                newest.map(look -> own(look.configuration().name(), look.server()));
        return takeovers.updateAndGet(known -> known.seen(new Takeovers.Look(view, own, at)));
    }

    Takeovers known() {
        return takeovers.get();
    }

    private static Takeovers.Own own(String name, ServerStatus server) {
        return new Takeovers.Own(name, server.state(), server.role());
    }
}
