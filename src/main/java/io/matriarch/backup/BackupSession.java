package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.backup.BackupCatalog;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.BackupState;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.Problem;
import io.matriarch.config.RepositorySettings;
import io.matriarch.guard.HeapLimit;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A configuration and one of its repositories, open.
 *
 * @param file of the configuration; absent when only the environment counts
 * @param scope of the cluster whose backups are meant: the configuration's, unless a person says otherwise
 */
public record BackupSession(
        Configuration configuration,
        Optional<Path> file,
        Repository repository,
        String scope,
        Optional<String> givenIdentifier,
        int jobs)
        implements AutoCloseable {
    private static final int MOST_JOBS = 64;

    /** For each part under way: before and after compression and encryption. A limit, not what is used. */
    private static final long HEAP_OF_A_JOB = 128L << 20;

    /** What a command does with it. */
    public interface Work {
        /** Returns the exit code. */
        int with(BackupSession session) throws ArchiveException;
    }

    /** Opens one for the time of {@code work}, and tells a person what goes wrong. */
    public static int run(RepositoryOptions options, Terminal terminal, Work work) {
        return run(options, terminal, _ -> {}, work);
    }

    /** @param failure gets what goes wrong, as the person does; not what is wrong with the command line */
    public static int run(RepositoryOptions options, Terminal terminal, Consumer<String> failure, Work work) {
        Optional<Path> path = Tool.configuration(options.file(), System.getenv());
        if (Tool.misses(path, terminal)) {
            return Tool.WRONG_USAGE;
        }
        if (options.jobs() < 1 || options.jobs() > MOST_JOBS) {
            terminal.complain("Error: --jobs must be a number from 1 to " + MOST_JOBS);
            return Tool.WRONG_USAGE;
        }
        HeapLimit.require((1 + options.jobs()) * HEAP_OF_A_JOB);
        try (BackupSession session = open(options, path)) {
            return work.with(session);
        } catch (ArchiveException e) {
            terminal.complain("Error: " + e.getMessage());
            failure.accept(String.valueOf(e.getMessage()));
            return 1;
        }
    }

    private static BackupSession open(RepositoryOptions options, Optional<Path> path) throws ArchiveException {
        return switch (ConfigurationLoader.load(path, System.getenv())) {
            case Invalid<Configuration>(List<Problem> problems) ->
                throw new ArchiveException("the configuration can't be used: "
                        + String.join(
                                "; ", problems.stream().map(Problem::toString).toList()));
            case Loaded<Configuration>(Configuration configuration, var _, var _) ->
                new BackupSession(
                        configuration,
                        path.map(Path::toAbsolutePath),
                        Repository.open(chosen(configuration, options.repository())),
                        configuration.scope(),
                        options.systemIdentifier(),
                        options.jobs());
        };
    }

    private static RepositorySettings chosen(Configuration configuration, Optional<String> name)
            throws ArchiveException {
        List<RepositorySettings> repositories = configuration.backup().repositories();
        List<String> names = repositories.stream().map(RepositorySettings::name).toList();
        return repositories.stream()
                .filter(repository -> name.isEmpty() || repository.name().equals(name.get()))
                .findFirst()
                .orElseThrow(() -> new ArchiveException(
                        names.isEmpty()
                                ? "the configuration has no backup.repositories"
                                : "there is no repository " + name.orElse("") + " in backup.repositories, only "
                                        + String.join(", ", names)));
    }

    /** The same, for the backups of another cluster. */
    BackupSession of(String otherScope) {
        return new BackupSession(configuration, file, repository, otherScope, givenIdentifier, jobs);
    }

    /** What is there of clusters with that scope. */
    public BackupCatalog catalog() throws ArchiveException {
        return BackupCatalog.read(repository.store(), givenIdentifier).ofScope(scope);
    }

    /** Of the one cluster that is meant: what is given, else that of the data directory, else the only one with backups. */
    public String systemIdentifier() throws ArchiveException {
        if (givenIdentifier.isPresent()) {
            return givenIdentifier.get();
        }
        Optional<String> local = localIdentifier();
        return local.isPresent() ? local.get() : onlyOne();
    }

    /** Of the only cluster with backups, whatever the data directory holds. */
    public String onlyOne() throws ArchiveException {
        if (givenIdentifier.isPresent()) {
            return givenIdentifier.get();
        }
        List<String> identifiers = catalog().backups().stream()
                .map(backup -> backup.name().systemIdentifier())
                .distinct()
                .toList();
        if (identifiers.size() == 1) {
            return identifiers.getFirst();
        }
        String place = repository.store().place();
        throw new ArchiveException(
                identifiers.isEmpty()
                        ? "the repository " + place + " has no backup of the cluster " + scope
                                + "; 'matriarch restore --from-scope NAME' takes those of another"
                        : "the repository " + place + " has backups of several clusters of the name "
                                + scope + ": say which with --system-identifier, one of "
                                + String.join(", ", identifiers));
    }

    /** That of the configured data directory, if there is one. */
    public Optional<String> localIdentifier() {
        Path control =
                configuration.postgresql().dataDirectory().resolve("global").resolve("pg_control");
        try (InputStream in = Files.newInputStream(control)) {
            byte[] beginning = in.readNBytes(Long.BYTES);
            return beginning.length < Long.BYTES
                    ? Optional.empty()
                    : Optional.of(Long.toUnsignedString(ByteBuffer.wrap(beginning)
                            .order(ByteOrder.nativeOrder())
                            .getLong()));
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    /** The backup of a label, or with {@code latest} the newest that can be restored. */
    public BackupDescription backup(BackupCatalog catalog, String label) throws ArchiveException {
        if (!label.equals("latest")) {
            return catalog.find(label)
                    .orElseThrow(() -> new ArchiveException("there is no backup " + label + " of the cluster "
                            + configuration.scope() + " in the repository "
                            + repository.store().place() + "; 'matriarch backup list' shows those that are"));
        }
        return newestGood(catalog, catalog.backups().stream())
                .orElseThrow(() -> new ArchiveException("the repository "
                        + repository.store().place() + " has no backup of the cluster " + configuration.scope()
                        + " that can be restored"));
    }

    /** The last of {@code backups} that can be restored, as far as that can be known without reading them. */
    Optional<BackupDescription> newestGood(BackupCatalog catalog, Stream<BackupDescription> backups)
            throws ArchiveException {
        BackupState state = new BackupState(repository, catalog);
        for (BackupDescription backup : backups.toList().reversed()) {
            if (state.problems(backup).isEmpty()) {
                return Optional.of(backup);
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        repository.close();
    }
}
