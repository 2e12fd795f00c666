package io.matriarch.cluster;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.Locale;
import java.util.Optional;

/** A member's tags (reference 2.10), the raw ones kept. */
public record Tags(Mapping raw) {
    public static final Tags NONE = new Tags(Mapping.empty());

    /**
     * How long this replica holds WAL back before it replays it, such as {@code 1h}; a tag of Matriarch's own. Such a replica never leads and is never synchronous: its
     * data are old on purpose.
     */
    public Optional<String> recoveryMinApplyDelay() {
        return raw.text("recovery_min_apply_delay").filter(delay -> !delay.isBlank() && !delay.matches("0+ *[a-z]*"));
    }

    /** Never leads. {@code nofailover} takes precedence over {@code failover_priority}. */
    public boolean nofailover() {
        if (recoveryMinApplyDelay().isPresent()) {
            return true;
        }
        return raw.find("nofailover").isPresent() ? truth("nofailover") : failoverPriority() <= 0;
    }

    /** 1 unless set; higher wins at equal WAL position. */
    public int failoverPriority() {
        return (int) raw.whole("failover_priority").orElse(1);
    }

    public boolean nosync() {
        if (recoveryMinApplyDelay().isPresent()) {
            return true;
        }
        return raw.find("nosync").isPresent()
                ? truth("nosync")
                : raw.whole("sync_priority").orElse(1) <= 0;
    }

    /** 1 unless set; higher is preferred as a synchronous standby, 0 never is. {@code nosync} takes precedence. */
    public int syncPriority() {
        return nosync() ? 0 : (int) Math.max(1, raw.whole("sync_priority").orElse(1));
    }

    public boolean noloadbalance() {
        return truth("noloadbalance");
    }

    public boolean clonefrom() {
        return truth("clonefrom");
    }

    public boolean nostream() {
        return truth("nostream");
    }

    public Optional<String> replicatefrom() {
        return raw.text("replicatefrom");
    }

    /** A replica or leader that does no scheduled jobs; a tag of Matriarch's own. */
    public boolean nobackup() {
        return truth("nobackup");
    }

    private boolean truth(String tag) {
        return raw.find(tag).map(Tags::truthOf).orElse(false);
    }

    private static boolean truthOf(Value value) {
        return value.asBool()
                .orElseGet(() ->
                        !value.asText().orElse("").toLowerCase(Locale.ROOT).isEmpty());
    }
}
