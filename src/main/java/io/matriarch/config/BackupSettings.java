package io.matriarch.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The section {@code backup} of the local configuration, which Patroni ignores.
 *
 * @param repositories in the order of the file; every one of them gets everything
 * @param spool a private folder on this node for {@code matriarch wal} to work ahead in; without it nothing is done ahead
 * @param workers how many segments are archived or fetched at once when working ahead
 * @param prefetch how many segments are fetched ahead
 */
public record BackupSettings(List<RepositorySettings> repositories, Optional<Path> spool, int workers, int prefetch) {
    /** No repository at all. */
    public static final BackupSettings NONE =
            new BackupSettings(List.of(), Optional.empty(), BackupReader.WORKERS, BackupReader.PREFETCH);

    public BackupSettings {
        repositories = List.copyOf(repositories);
    }
}
