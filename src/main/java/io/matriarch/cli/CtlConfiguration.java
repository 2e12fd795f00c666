package io.matriarch.cli;

import io.matriarch.config.CtlSettings;
import io.matriarch.config.EtcdSettings;
import java.util.Optional;

/**
 * The part of a configuration that patronictl needs; all else in the file is ignored (reference 7.1).
 *
 * @param scope absent when no cluster is configured: then it must be named on the command line
 * @param etcd absent when the configuration has no etcd section
 */
record CtlConfiguration(Optional<String> scope, String namespace, CtlSettings ctl, Optional<EtcdSettings> etcd) {}
