package io.matriarch.sim;

import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import java.util.Map;
import java.util.Optional;

/** The configuration of a simulated node. */
final class Configurations {
    private Configurations() {}

    static Configuration of(String name) {
        String yaml = """
                {scope: simulated, name: %s,
                 restapi: {listen: "127.0.0.1:8008", connect_address: "%s:8008"},
                 etcd3: {host: "127.0.0.1:2379"},
                 bootstrap: {dcs: {ttl: 30}},
                 postgresql: {listen: "127.0.0.1:5432", connect_address: "%s:5432", data_dir: /nowhere}}
                """.formatted(name, name, name);
        return switch (ConfigurationLoader.load(Optional.empty(), Map.of("PATRONI_CONFIGURATION", yaml))) {
            case LoadResult.Loaded<Configuration> loaded -> loaded.configuration();
            case LoadResult.Invalid<Configuration> invalid ->
                throw new IllegalStateException(invalid.problems().toString());
        };
    }
}
