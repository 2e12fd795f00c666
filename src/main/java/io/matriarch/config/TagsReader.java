package io.matriarch.config;

import io.matriarch.cluster.Tags;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Bool;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the tags (reference 2.10). */
final class TagsReader {
    private static final List<String> FLAGS = List.of("nofailover", "nosync", "noloadbalance", "clonefrom", "nostream");

    private TagsReader() {}

    static Tags read(Section section) {
        section.whole("failover_priority", 1, Integer.MIN_VALUE, Integer.MAX_VALUE, "");
        section.whole("sync_priority", 1, Integer.MIN_VALUE, Integer.MAX_VALUE, "");
        FLAGS.forEach(flag -> section.flag(flag, false));
        section.text("replicatefrom");
        warnOfConflict(section, "nofailover", "failover_priority");
        warnOfConflict(section, "nosync", "sync_priority");
        return new Tags(section.content());
    }

    private static void warnOfConflict(Section section, String refusal, String priority) {
        Mapping tags = section.content();
        Optional<Value> refused = tags.find(refusal);
        OptionalLong level = tags.whole(priority);
        if (refused.isEmpty() || level.isEmpty()) {
            return;
        }
        boolean refuses = refused.get()
                .asBool()
                .orElseGet(() ->
                        refused.get().asText().filter(text -> !text.isEmpty()).isPresent());
        if (refuses == level.getAsLong() > 0) {
            String given = python(refused.get());
            section.mistake(
                    refusal,
                    "Conflicting configuration between %s: %s and %s: %d. Defaulting to %s: %s"
                            .formatted(refusal, given, priority, level.getAsLong(), refusal, given));
        }
    }

    private static String python(Value value) {
        if (value instanceof Bool(boolean truth)) {
            return truth ? "True" : "False";
        }
        return value.asText().orElse("None");
    }
}
