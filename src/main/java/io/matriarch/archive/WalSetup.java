package io.matriarch.archive;

import io.matriarch.config.BackupConfigurationLoader;
import io.matriarch.config.BackupSettings;
import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one call of {@code matriarch wal} works with.
 *
 * @param settings of the section backup; those without repositories for a directory that the command line names
 */
record WalSetup(WalRepositories repositories, BackupSettings settings) {
    /** @throws ArchiveException if nobody says which repository is meant */
    static void requireRepository(WalArguments arguments, Map<String, String> environment) throws ArchiveException {
        if (arguments.config().isEmpty() && directory(arguments, environment).isEmpty()) {
            throw new ArchiveException(
                    "which repository? Say --repository DIR, --config FILE, or set " + WalCommand.VARIABLE);
        }
    }

    static WalSetup of(WalArguments arguments, Map<String, String> environment) throws ArchiveException {
        requireRepository(arguments, environment);
        if (arguments.config().isEmpty()) {
            Path directory = WalArguments.path(directory(arguments, environment).orElseThrow());
            return new WalSetup(WalRepositories.directory(directory), BackupSettings.NONE);
        }
        Path file = arguments.config().get();
        return switch (BackupConfigurationLoader.load(file, environment)) {
            case Invalid<BackupSettings>(List<Problem> problems) ->
                throw new ArchiveException(
                        Files.notExists(file)
                                ? file + " doesn't exist; check --config"
                                : String.join(
                                        "; ",
                                        problems.stream().map(Problem::toString).toList()));
            case Loaded<BackupSettings> loaded ->
                new WalSetup(
                        WalRepositories.configured(loaded.configuration(), arguments.repository()),
                        loaded.configuration());
        };
    }

    private static Optional<String> directory(WalArguments arguments, Map<String, String> environment) {
        return arguments.repository().or(() -> Optional.ofNullable(environment.get(WalCommand.VARIABLE)));
    }

    /** Where to work ahead for the data directory that {@code wal} lies in, when that is configured. */
    Optional<Spool> spool(Path wal, String systemIdentifier) throws ArchiveException {
        return settings.spool().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Spool.open(settings.spool().get(), systemIdentifier, SystemIdentifier.dataDirectory(wal)));
    }
}
