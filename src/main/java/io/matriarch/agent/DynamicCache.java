package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.DynamicConfigurationCheck;
import io.matriarch.config.Configuration;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jboss.logging.Logger;

/** patroni.dynamic.json in the data directory: the last known dynamic configuration (reference 2.1). */
final class DynamicCache {
    private static final Logger LOG = Logger.getLogger(DynamicCache.class);

    private final Path file;

    DynamicCache(Configuration configuration) {
        this.file = configuration.postgresql().dataDirectory().resolve("patroni.dynamic.json");
    }

    /** What was in effect last, else what the local file has for a new cluster. */
    static DynamicConfiguration initial(Configuration configuration) {
        return new DynamicCache(configuration)
                .read()
                .orElseGet(() -> usable(configuration.bootstrap().dcs()));
    }

    private Optional<DynamicConfiguration> read() {
        try {
            return Json.parse(Files.readString(file)) instanceof Mapping mapping
                    ? Optional.of(usable(mapping))
                    : Optional.empty();
        } catch (MalformedDocument broken) {
            LOG.warnf("%s is no JSON and is ignored: %s", file, broken.getMessage());
            return Optional.empty();
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    private static DynamicConfiguration usable(Mapping raw) {
        return new DynamicConfiguration(DynamicConfigurationCheck.of(raw).usable(), 0);
    }

    /**
     * Only into the data directory of this cluster: another's stays as it is. And not while an operation may replace it; the caller must be whoever begins operations,
     * and must have looked just now.
     */
    void write(Snapshot look) {
        if (look.server().operation().isPresent() || !isOurs(look)) {
            return;
        }
        try {
            String text = Json.compact(look.config().raw());
            if (Files.exists(file) && Files.readString(file).equals(text)) {
                return;
            }
            Path temporary = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(temporary, text);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warnf("%s could not be written: %s", file, e.getMessage());
        }
    }

    private static boolean isOurs(Snapshot look) {
        return look.server().dataDirectory() instanceof DataDirectory.Present present
                && look.cluster()
                        .flatMap(ClusterView::systemIdentifier)
                        .equals(Optional.of(present.control().systemIdentifier()));
    }
}
