package io.matriarch.config;

import java.util.Optional;

/**
 * What patronictl needs of a configuration (reference 7.1).
 *
 * @param etcd absent when the configuration names none; most commands can't work then
 */
public record CtlConfiguration(
        Optional<String> scope, String namespace, CtlSettings ctl, Optional<EtcdSettings> etcd) {}
