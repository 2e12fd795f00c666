package io.matriarch.cluster;

import java.util.List;
import java.util.Optional;

/** The sync key (reference 3.2). No leader means that nobody replicates synchronously. */
public record SyncState(Optional<String> leader, int quorum, List<String> standbys, long revision) {
    public static final SyncState NONE = new SyncState(Optional.empty(), 0, List.of(), 0);

    public SyncState {
        standbys = List.copyOf(standbys);
    }

    public boolean isEmpty() {
        return leader.isEmpty();
    }

    public boolean ledBy(String member) {
        return leader.filter(member::equalsIgnoreCase).isPresent();
    }

    /** Names are compared without regard to case, as PostgreSQL does. */
    public boolean names(String member) {
        return standbys.stream().anyMatch(member::equalsIgnoreCase);
    }
}
