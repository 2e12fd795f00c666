package io.matriarch.cluster;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the dynamic configuration says of replication slots (reference 2.12): {@code slots} and its aliases, {@code ignore_slots}, and {@code failover_slots}, which
 * Patroni doesn't know.
 *
 * @param permanent those for this kind of cluster (primary or standby)
 * @param ignored slots that are left alone
 * @param failoverSlots from PostgreSQL 17 on, logical slots are kept on standbys by PostgreSQL itself
 * @param problems definitions that make no sense and are left out, for a person
 */
public record SlotSettings(
        List<PermanentSlot> permanent, List<SlotMatcher> ignored, boolean failoverSlots, List<String> problems) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9_]{1,63}");

    public SlotSettings {
        permanent = List.copyOf(permanent);
        ignored = List.copyOf(ignored);
        problems = List.copyOf(problems);
    }

    public static SlotSettings of(DynamicConfiguration configuration) {
        List<PermanentSlot> permanent = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        Mapping section = Stream.of("permanent_replication_slots", "permanent_slots", "slots")
                .map(configuration.raw()::mapping)
                .filter(slots -> !slots.isEmpty())
                .findFirst()
                .orElse(Mapping.empty());
        for (Map.Entry<String, Value> entry : section.entries().entrySet()) {
            Optional<PermanentSlot> slot = isName(entry.getKey())
                    ? kind(entry.getValue())
                            .map(kind -> new PermanentSlot(entry.getKey(), kind, where(entry.getValue())))
                    : Optional.empty();
            slot.filter(wanted -> wanted.where().includes(configuration.standbyCluster()))
                    .ifPresent(permanent::add);
            if (slot.isEmpty()) {
                problems.add(
                        ("the permanent slot '%s' can't be made: a name has at most 63 characters a-z, 0-9 and _, type is "
                                        + "physical or logical, and a logical slot needs database and plugin")
                                .formatted(entry.getKey()));
            }
        }
        return new SlotSettings(
                permanent,
                matchers(configuration, problems),
                configuration.raw().bool("failover_slots").orElse(false),
                problems);
    }

    /** What makes no sense in a dynamic configuration. */
    public static List<String> mistakes(Mapping dynamic) {
        return of(new DynamicConfiguration(dynamic, 0)).problems();
    }

    /** What makes no sense that did before a change, or wasn't there: what was wrong already may be on its way to be mended. */
    public static List<String> newMistakes(Mapping before, Mapping after) {
        List<String> old = mistakes(before);
        return mistakes(after).stream()
                .filter(mistake -> !old.contains(mistake))
                .toList();
    }

    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    public boolean ignores(ReplicationSlot slot) {
        return ignored.stream().anyMatch(matcher -> matcher.matches(slot));
    }

    /** Nothing, null and 0 mean physical. */
    private static Optional<SlotKind> kind(Value value) {
        if (!(value instanceof Mapping definition) || definition.isEmpty()) {
            return value instanceof Value.Null
                            || value instanceof Mapping
                            || value.asWhole().orElse(1) == 0
                    ? Optional.of(new SlotKind.Physical())
                    : Optional.empty();
        }
        Optional<String> database = definition.text("database").filter(text -> !text.isEmpty());
        Optional<String> plugin = definition.text("plugin").filter(text -> !text.isEmpty());
        return switch (definition.text("type").orElse(database.isPresent() ? "logical" : "physical")) {
            case "physical" -> Optional.of(new SlotKind.Physical());
            case "logical" -> database.flatMap(name -> plugin.map(output -> new SlotKind.Logical(name, output)));
            default -> Optional.empty();
        };
    }

    private static PermanentSlot.Where where(Value value) {
        String type = value instanceof Mapping definition
                ? definition.text("cluster_type").orElse("")
                : "";
        return switch (type) {
            case "primary" -> PermanentSlot.Where.PRIMARY_CLUSTER;
            case "standby" -> PermanentSlot.Where.STANDBY_CLUSTER;
            default -> PermanentSlot.Where.EVERYWHERE;
        };
    }

    private static List<SlotMatcher> matchers(DynamicConfiguration configuration, List<String> problems) {
        List<SlotMatcher> matchers = new ArrayList<>();
        configuration
                .raw()
                .find("ignore_slots")
                .filter(given -> !(given instanceof Sequence) && !(given instanceof Value.Null))
                .ifPresent(_ -> problems.add(
                        "ignore_slots: a list of mappings of name, type, database and plugin is expected"));
        for (Value item : configuration.raw().items("ignore_slots")) {
            if (item instanceof Mapping attributes) {
                matchers.add(new SlotMatcher(
                        attributes.text("name"),
                        attributes.text("type"),
                        attributes.text("database"),
                        attributes.text("plugin")));
            } else {
                problems.add("an entry of ignore_slots is no mapping of name, type, database and plugin");
            }
        }
        return matchers;
    }
}
