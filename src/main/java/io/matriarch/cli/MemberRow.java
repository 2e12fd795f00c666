package io.matriarch.cli;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Whole;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A member of GET /cluster's document as patronictl shows it.
 *
 * @param name as shown: indented in a topology
 */
record MemberRow(String name, Mapping member) {
    private static final Value NOTHING = Value.of("");
    private static final int LONGEST_REASON = 50;
    private static final long MEGABYTE = 1024 * 1024;

    String host(boolean withPort) {
        String host = member.text("host").orElse("");
        Optional<String> port = member.text("port").filter(_ -> withPort && !host.isEmpty());
        return host + port.map(number -> ":" + number).orElse("");
    }

    /** {@code sync_standby} becomes Sync Standby. */
    String role() {
        StringBuilder title = new StringBuilder();
        for (String word : member.text("role").orElse("").split("_", -1)) {
            title.append(title.isEmpty() ? "" : " ")
                    .append(word.substring(0, 1).toUpperCase(Locale.ROOT))
                    .append(word.substring(1));
        }
        return title.toString();
    }

    Value timeline() {
        return member.find("timeline").orElse(NOTHING);
    }

    /**
     * @param which {@code receive} or {@code replay}
     */
    Value lsn(String which) {
        return position(which, "lsn");
    }

    /** In megabytes, rounded half to even as Python does; empty when unknown. */
    Value lag(String which) {
        Value lag = position(which, "lag");
        return lag instanceof Whole(long bytes) ? Value.of((long) Math.rint((double) bytes / MEGABYTE)) : NOTHING;
    }

    /** Members of old versions publish one position only: it counts as received while streaming, else as replayed. */
    private Value position(String which, String kind) {
        boolean legacy = isUnknown("receive_lsn")
                && isUnknown("replay_lsn")
                && !isUnknown("lsn")
                && member.find("lsn").isPresent();
        boolean streaming = member.text("state").filter("streaming"::equals).isPresent();
        boolean legacyHere = legacy && which.equals(streaming ? "receive" : "replay");
        return member.find(legacyHere ? kind : which + "_" + kind).orElse(NOTHING);
    }

    private boolean isUnknown(String field) {
        return member.text(field).filter("unknown"::equals).isPresent();
    }

    String pendingRestart() {
        return member.bool("pending_restart").orElse(false) ? "*" : "";
    }

    /** One line a parameter; on a screen long ones are hidden. */
    String pendingRestartReason(boolean hideLong) {
        List<String> reasons = new ArrayList<>();
        Mapping changes = member.mapping("pending_restart_reason");
        for (String parameter : changes.entries().keySet()) {
            Mapping change = changes.mapping(parameter);
            String reason = parameter + ": " + change.text("old_value").orElse("") + "->"
                    + change.text("new_value").orElse("");
            reasons.add(hideLong && reason.length() > LONGEST_REASON ? parameter + ": [hidden - too long]" : reason);
        }
        return String.join("\n", reasons);
    }

    String scheduledRestart() {
        Mapping scheduled = member.mapping("scheduled_restart");
        return scheduled.text("schedule").orElse("")
                + scheduled
                        .text("postgres_version")
                        .map(version -> " if version < " + version)
                        .orElse("");
    }

    Value tags() {
        Mapping tags = member.mapping("tags");
        return tags.isEmpty() ? NOTHING : tags;
    }
}
