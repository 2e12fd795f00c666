package io.matriarch.it;

import static java.util.Objects.requireNonNull;

import com.github.dockerjava.api.model.ContainerConfig;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where an image of PostgreSQL keeps the database: from 18 on elsewhere.
 *
 * @param data PGDATA
 * @param volume that a container gets if nobody mounts one
 */
record DatabasePlace(String data, String volume) {
    private static final String VARIABLE = "PGDATA=";

    static DatabasePlace of(String image) {
        ContainerConfig configuration =
                requireNonNull(Containers.engine().inspectImageCmd(image).exec().getConfig());
        String data = Stream.of(requireNonNull(configuration.getEnv()))
                .filter(variable -> variable.startsWith(VARIABLE))
                .findFirst()
                .orElseThrow()
                .substring(VARIABLE.length());
        Map<String, ?> volumes = requireNonNull(configuration.getVolumes());
        // /backup is ours
        String volume = volumes.keySet().stream()
                .filter(path -> data.startsWith(path))
                .findFirst()
                .orElseThrow();
        return new DatabasePlace(data, volume);
    }
}
