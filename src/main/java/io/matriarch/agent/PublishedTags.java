package io.matriarch.agent;

import io.matriarch.cluster.Tags;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.Set;

/** Which tags members and REST show: of the known switches only those that are on (reference 2.10), and what a delayed replica's tag implies. */
public final class PublishedTags {
    private static final Set<String> SWITCHES =
            Set.of("clonefrom", "nofailover", "noloadbalance", "nosync", "nostream");

    private PublishedTags() {}

    public static Mapping of(Tags tags) {
        Mapping published = Mapping.empty();
        for (var tag : tags.raw().entries().entrySet()) {
            if (isPublished(tags, tag.getKey(), tag.getValue())) {
                published = published.with(tag.getKey(), tag.getValue());
            }
        }
        if (tags.recoveryMinApplyDelay().isPresent()) { // for Patroni's members, who don't know what that tag means
            published = published.with("nofailover", true).with("nosync", true);
        }
        return published;
    }

    private static boolean isPublished(Tags tags, String name, Value value) {
        boolean besidePriority = (name.equals("nofailover")
                        && tags.raw().find("failover_priority").isPresent())
                || (name.equals("nosync") && tags.raw().find("sync_priority").isPresent());
        return !SWITCHES.contains(name)
                || besidePriority
                || value.asBool().orElseGet(() -> !value.asText().orElse("").isEmpty());
    }
}
