package io.matriarch.explain;

import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.DynamicConfigurationCheck;
import io.matriarch.cluster.Role;
import io.matriarch.config.Configuration;
import io.matriarch.config.Layer;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Optional;

/**
 * All that is known of a node's configuration.
 *
 * @param layers the local sources, the later over the earlier
 * @param role chooses among parameters_primary, parameters_replica and parameters_standby_leader
 */
record Situation(Configuration configuration, List<Layer> layers, Dynamic dynamic, Role role, ServerView server) {
    Situation {
        layers = List.copyOf(layers);
    }

    /**
     * The dynamic configuration.
     *
     * @param where for a person
     * @param trouble why it is not what is in the DCS now
     */
    record Dynamic(String where, Mapping raw, Optional<String> trouble) {
        /** As members use it: what is wrong in it left out. */
        DynamicConfiguration inEffect() {
            return new DynamicConfiguration(check().usable(), 0);
        }

        DynamicConfigurationCheck check() {
            return DynamicConfigurationCheck.of(raw);
        }
    }
}
