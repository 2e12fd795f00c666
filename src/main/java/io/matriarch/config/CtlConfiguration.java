package io.matriarch.config;

import java.util.Optional;

/**
 * What patronictl needs of a configuration (reference 7.1).
 *
 * @param postgres the server's program, which knows what values parameters may have: the agent's postgresql.bin_dir and bin_name count; it need not be there
 * @param etcd absent when the configuration names none; most commands can't work then
 */
public record CtlConfiguration(
        Optional<String> scope, String namespace, CtlSettings ctl, String postgres, Optional<EtcdSettings> etcd) {}
