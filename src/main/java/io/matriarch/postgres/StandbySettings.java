package io.matriarch.postgres;

import io.matriarch.cluster.StandbyCluster;
import io.matriarch.cluster.Upstream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Recovery settings that come from the section standby_cluster and from this node's tags, before those of postgresql.recovery_conf (reference 6.5). */
final class StandbySettings {
    private final Optional<StandbyCluster> cluster;
    private final Optional<String> ownDelay;
    private final boolean remote;

    StandbySettings(PostgresConfiguration configuration, Optional<Upstream> upstream) {
        this.cluster = configuration.dynamic().standbyClusterSettings();
        this.ownDelay = configuration.local().tags().recoveryMinApplyDelay();
        this.remote = upstream.filter(Upstream::isRemote).isPresent();
    }

    /** The remote primary has its own name for the slot, or none; members name it after the standby. */
    Optional<String> slotName(Optional<String> among) {
        return remote ? cluster.flatMap(StandbyCluster::primarySlotName) : among;
    }

    Map<String, String> recovery() {
        Map<String, String> recovery = new TreeMap<>();
        ownDelay.ifPresent(delay -> recovery.put("recovery_min_apply_delay", delay));
        cluster.ifPresent(section -> {
            section.restoreCommand().ifPresent(command -> recovery.put("restore_command", command));
            section.archiveCleanupCommand().ifPresent(command -> recovery.put("archive_cleanup_command", command));
            if (remote) {
                section.recoveryMinApplyDelay().ifPresent(delay -> recovery.put("recovery_min_apply_delay", delay));
            }
        });
        return recovery;
    }
}
