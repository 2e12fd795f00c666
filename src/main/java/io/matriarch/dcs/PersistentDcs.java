package io.matriarch.dcs;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.FailoverRequest;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * The DCS for a person's requests: what fails is tried again until the deadline. The loop needs no such thing, it asks again a second later by itself; a person's
 * request is made once, and would fail although the DCS is only being restarted.
 */
public final class PersistentDcs implements Dcs {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final String UNCERTAIN =
            "an earlier try wasn't answered: it is not known whether it was carried out";

    private final Dcs dcs;

    public PersistentDcs(Dcs dcs) {
        this.dcs = dcs;
    }

    @Override
    public Reading read(Deadline deadline) {
        return dcs.read(deadline);
    }

    @Override
    public Reading readFresh(Deadline deadline) {
        Reading reading = dcs.readFresh(deadline);
        Duration pause = FIRST_PAUSE;
        while (reading instanceof Reading.Unavailable && timeIsLeftAfter(pause, deadline)) {
            reading = dcs.readFresh(deadline);
            pause = longer(pause);
        }
        return reading;
    }

    @Override
    public Writing write(DcsCommand command, Deadline deadline) {
        Writing writing = dcs.write(command, deadline);
        Duration pause = FIRST_PAUSE;
        while (writing instanceof Writing.Unavailable && timeIsLeftAfter(pause, deadline)) {
            writing = dcs.write(command, deadline);
            if (writing instanceof Writing.Refused) {
                return whatAnEarlierTryDid(command, deadline);
            }
            pause = longer(pause);
        }
        return writing;
    }

    /** The comparison fails also because an earlier try was carried out after all: then what was to be written is there. */
    private Writing whatAnEarlierTryDid(DcsCommand command, Deadline deadline) {
        OptionalLong there = readFresh(deadline) instanceof Reading.Known(ClusterView view)
                ? revision(command, view)
                : OptionalLong.empty();
        return there.isPresent() ? new Writing.Written(there.getAsLong()) : new Writing.Unavailable(UNCERTAIN);
    }

    /** Where a person's write is found; absent if it isn't there. An empty request has no revision any more. */
    private static OptionalLong revision(DcsCommand command, ClusterView view) {
        return switch (command) {
            case DcsCommand.PutConfig put ->
                view.config().filter(there -> there.raw().equals(put.config())).stream()
                        .mapToLong(DynamicConfiguration::revision)
                        .findFirst();
            case DcsCommand.PutFailover put ->
                request(view).equals(put.request())
                        ? OptionalLong.of(
                                view.failover().map(FailoverRequest::revision).orElse(0L))
                        : OptionalLong.empty();
            case DcsCommand.AcquireLeader _,
                    DcsCommand.RenewLeader _,
                    DcsCommand.TakeLeader _,
                    DcsCommand.ReleaseLeader _,
                    DcsCommand.TouchMember _,
                    DcsCommand.CreateInitialize _,
                    DcsCommand.RegisterBootstrap _,
                    DcsCommand.PutInitialize _,
                    DcsCommand.DeleteInitialize _,
                    DcsCommand.PutStatus _,
                    DcsCommand.PutHistory _,
                    DcsCommand.PutSync _,
                    DcsCommand.DeleteSync _,
                    DcsCommand.PutFailsafe _,
                    DcsCommand.PutJobs _,
                    DcsCommand.TakeJob _,
                    DcsCommand.EndJob _,
                    DcsCommand.RemoveCluster _ -> OptionalLong.empty();
        };
    }

    private static Mapping request(ClusterView view) {
        return view.failover().map(FailoverRequest::toJson).orElse(Mapping.empty());
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private static boolean timeIsLeftAfter(Duration pause, Deadline deadline) {
        try {
            Thread.sleep(deadline.atMost(pause).remaining());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return !deadline.expired();
    }

    @Override
    public void setTtl(Duration ttl) {
        dcs.setTtl(ttl);
    }

    @Override
    public void onChange(Runnable listener) {
        dcs.onChange(listener);
    }

    @Override
    public void close() {
        dcs.close();
    }
}
