package io.matriarch.postgres;

import io.matriarch.cluster.PostgresFeature;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.PostgresSettings;
import io.matriarch.config.RecoveryParameterNames;
import io.matriarch.value.Value.Mapping;
import java.net.MalformedURLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The part of postgresql.conf that was recovery.conf before PostgreSQL 12: what a standby recovers from (reference 6.5). */
final class RecoveryParameters {
    private static final List<String> TARGETS = List.of(
            "recovery_target",
            "recovery_target_name",
            "recovery_target_time",
            "recovery_target_xid",
            "recovery_target_lsn");

    private RecoveryParameters() {}

    static boolean contains(String name) {
        return RecoveryParameterNames.ALL.contains(name.toLowerCase(Locale.ROOT));
    }

    /** For a standby of {@code upstream}, or one that streams from nobody. A target, or whom to follow, is nothing that a person may set for it. */
    static Map<String, String> ofStandby(
            PostgresSettings settings,
            Mapping section,
            Optional<Upstream> upstream,
            Optional<String> slotName,
            String memberName,
            int majorVersion)
            throws MalformedURLException {
        Map<String, String> recovery = given(section.mapping("recovery_conf"), majorVersion);
        recovery.keySet().removeIf(name -> name.startsWith("recovery_target") || name.startsWith("primary_"));
        recovery.put("recovery_target_timeline", "latest");
        TARGETS.forEach(target -> recovery.put(target, ""));
        if (upstream.filter(Upstream::answersSql).isPresent()) {
            recovery.put(
                    "primary_conninfo", ConnInfo.primary(settings, section, upstream.get(), memberName, majorVersion));
            slotName.ifPresent(name -> recovery.put("primary_slot_name", name));
        }
        return recovery;
    }

    /** A recovery_conf section as it is: the names that this version knows, standby_mode apart. */
    static Map<String, String> given(Mapping recoveryConf, int majorVersion) {
        Map<String, String> recovery = new TreeMap<>();
        recoveryConf.entries().forEach((key, value) -> {
            String name = key.toLowerCase(Locale.ROOT);
            Optional<String> text = value.asText();
            if (text.isEmpty()) {
                return;
            }
            switch (name) {
                case "pause_at_recovery_target" ->
                    recovery.putIfAbsent(
                            "recovery_target_action", value.asBool().orElse(true) ? "pause" : "promote");
                case "trigger_file", "promote_trigger_file" -> {
                    if (!PostgresFeature.NO_PROMOTE_TRIGGER_FILE.in(majorVersion)) {
                        recovery.put("promote_trigger_file", text.get());
                    }
                }
                default -> {
                    if (contains(name)) {
                        recovery.put(name, text.get());
                    }
                }
            }
        });
        return recovery;
    }
}
