package io.matriarch.config;

import io.matriarch.cluster.Tags;
import io.matriarch.value.Value.Mapping;

/**
 * The local configuration: the YAML file or files, patched by the environment (reference 2.1 and 2.16).
 *
 * @param namespace without slashes at its ends
 * @param raw everything as read, unknown keys included
 */
public record Configuration(
        String scope,
        String namespace,
        String name,
        RestApiSettings restapi,
        CtlSettings ctl,
        EtcdSettings etcd,
        BootstrapSettings bootstrap,
        PostgresSettings postgresql,
        LogSettings log,
        Mapping watchdog,
        Tags tags,
        BackupSettings backup,
        Mapping raw) {

    /** Where the cluster's keys begin: {@code /service/batman/}. */
    public String prefix() {
        return ("/" + namespace + "/" + scope + "/").replaceAll("/+", "/");
    }

    /** The same with another section restapi. */
    public Configuration with(RestApiSettings other) {
        return new Configuration(
                scope, namespace, name, other, ctl, etcd, bootstrap, postgresql, log, watchdog, tags, backup, raw);
    }

    /** Without the raw sections, which hold passwords. */
    @Override
    public String toString() {
        return "Configuration[" + prefix() + name + "]";
    }
}
