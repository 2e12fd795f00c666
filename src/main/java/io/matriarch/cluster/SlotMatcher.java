package io.matriarch.cluster;

import java.util.Optional;

/** An entry of {@code ignore_slots}: slots with all of these attributes belong to somebody else. */
public record SlotMatcher(
        Optional<String> name, Optional<String> type, Optional<String> database, Optional<String> plugin) {

    boolean matches(ReplicationSlot slot) {
        return switch (slot.kind()) {
            case SlotKind.Physical() ->
                fits(name, slot.name()) && fits(type, "physical") && database.isEmpty() && plugin.isEmpty();
            case SlotKind.Logical(String inDatabase, String byPlugin) ->
                fits(name, slot.name())
                        && fits(type, "logical")
                        && fits(database, inDatabase)
                        && fits(plugin, byPlugin);
        };
    }

    private static boolean fits(Optional<String> wanted, String is) {
        return wanted.isEmpty() || wanted.get().equals(is);
    }
}
