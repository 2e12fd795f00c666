package io.matriarch.ha;

import io.matriarch.cluster.ClusterView;
import java.util.Optional;

/** What the decision carries from one observation to the next. */
public record Memory(Optional<ClusterView> lastLedView) {
    public static final Memory INITIAL = new Memory(Optional.empty());
}
