package io.matriarch.postgres;

import io.matriarch.config.BootstrapSettings;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** A person's options for one of PostgreSQL's programs: a list of options and one-key mappings, or a mapping (reference 2.8). */
final class ToolOptions {
    private static final Logger LOG = Logger.getLogger(ToolOptions.class);

    private ToolOptions() {}

    /** Those below {@code name} in the postgresql section, without the ones in {@code notAllowed}, which the agent decides itself. */
    static List<String> of(Mapping section, String name, Set<String> notAllowed) {
        List<String> options = new ArrayList<>();
        for (Value item : section.items(name)) {
            if (item instanceof Mapping pair) {
                addAll(options, pair, name, notAllowed);
            } else {
                item.asText().ifPresent(option -> add(options, option, Optional.empty(), name, notAllowed));
            }
        }
        addAll(options, section.mapping(name), name, notAllowed);
        return options;
    }

    private static void addAll(List<String> options, Mapping pairs, String section, Set<String> notAllowed) {
        pairs.entries().forEach((option, value) -> add(options, option, value.asText(), section, notAllowed));
    }

    private static void add(
            List<String> options, String option, Optional<String> value, String section, Set<String> notAllowed) {
        if (notAllowed.contains(BootstrapSettings.optionName(option))) {
            LOG.warnf("postgresql.%s: the option %s is not allowed, it is left out", section, option);
        } else {
            options.add("--" + option + value.map(text -> "=" + text).orElse(""));
        }
    }
}
