package io.matriarch.cli;

import io.matriarch.config.CtlConfiguration;
import io.matriarch.dcs.Dcs;

/** Opens the DCS for a person: no lease, no watch. */
@FunctionalInterface
interface DcsFactory {
    /**
     * @param scope the cluster's name, which needn't be the configured one
     * @throws CtlError if the configuration names no DCS that can be used
     */
    Dcs open(CtlConfiguration configuration, String scope);
}
