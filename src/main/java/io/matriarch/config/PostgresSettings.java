package io.matriarch.config;

import io.matriarch.value.Value.Mapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The local postgresql section (reference 2.8).
 *
 * @param listenAddresses as for listen_addresses
 * @param raw the whole section, for what is merged with the dynamic configuration (parameters, pg_hba, callbacks, custom methods and so on)
 */
public record PostgresSettings(
        List<String> listenAddresses,
        int port,
        HostPort connectAddress,
        Optional<String> proxyAddress,
        String database,
        Path dataDirectory,
        Path configDirectory,
        String configBaseName,
        Optional<Path> binDirectory,
        Mapping binNames,
        Path pgpass,
        DatabaseUser superuser,
        DatabaseUser replication,
        DatabaseUser rewind,
        boolean useUnixSocket,
        boolean useUnixSocketForReplication,
        Duration pgCtlTimeout,
        Mapping raw) {
    public PostgresSettings {
        listenAddresses = List.copyOf(listenAddresses);
    }

    /** Without the raw sections, which hold passwords. */
    @Override
    public String toString() {
        return "PostgresSettings[" + dataDirectory + " at " + connectAddress + "]";
    }
}
