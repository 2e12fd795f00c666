package io.matriarch.postgres;

import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.config.Configuration;

/** The local configuration and the dynamic one; the merging rules are those of reference 2.1. */
public record PostgresConfiguration(Configuration local, DynamicConfiguration dynamic) {}
