package io.matriarch.cli;

import io.matriarch.cluster.ClusterView;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.Writing;
import io.matriarch.time.Deadline;
import java.time.Duration;

/** One cluster in the DCS. */
record OpenCluster(String name, Dcs dcs) implements AutoCloseable {
    /** As the daemon's retry_timeout by default. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * The cluster as it is now.
     *
     * @throws CtlError if the DCS can't be read
     */
    ClusterView read() {
        return switch (dcs.readFresh(Deadline.after(PATIENCE))) {
            case Reading.Known(ClusterView view) -> view;
            case Reading.Unavailable(String why) ->
                throw new CtlError("The cluster " + name + " can't be read from the DCS: " + why);
        };
    }

    Writing write(DcsCommand command) {
        return dcs.write(command, Deadline.after(PATIENCE));
    }

    @Override
    public void close() {
        dcs.close();
    }
}
