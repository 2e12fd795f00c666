package io.matriarch.cluster;

import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Text;
import java.util.Optional;

/**
 * The failover key when somebody asks for something (reference 3.2). With a leader it is a switchover, without one a manual failover.
 *
 * @param scheduledAt ISO 8601 with zone, as written
 */
public record FailoverRequest(
        Optional<String> leader, Optional<String> candidate, Optional<String> scheduledAt, long revision) {

    public boolean isSwitchover() {
        return leader.isPresent();
    }

    public boolean isScheduled() {
        return scheduledAt.isPresent();
    }

    /** The JSON object for the key, in Patroni's field order. */
    public Mapping toJson() {
        return Mapping.empty()
                .with("leader", leader.map(Text::new))
                .with("member", candidate.map(Text::new))
                .with("scheduled_at", scheduledAt.map(Text::new));
    }
}
