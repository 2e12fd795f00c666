package io.matriarch.archive;

import io.matriarch.config.BackupSettings;
import io.matriarch.config.RepositoryCompression;
import io.matriarch.config.RepositorySettings;
import io.matriarch.config.RepositorySettings.DirectorySettings;
import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All repositories that WAL goes to. A file is archived when every one of them has it, and can be fetched when any of them has it. */
record WalRepositories(List<WalRepository> repositories) {
    WalRepositories {
        repositories = List.copyOf(repositories);
    }

    /** A directory that holds nothing but files as PostgreSQL wrote them, unless others put something else there. */
    static WalRepositories directory(Path path) {
        return new WalRepositories(List.of(new PlainWal(path.toString(), path)));
    }

    /**
     * Those that are configured.
     *
     * @param only the name of the one that is meant
     */
    static WalRepositories configured(BackupSettings settings, Optional<String> only) throws ArchiveException {
        List<WalRepository> opened = new ArrayList<>();
        for (RepositorySettings repository : settings.repositories()) {
            if (only.isEmpty() || only.get().equals(repository.name())) {
                opened.add(open(repository));
            }
        }
        if (opened.isEmpty()) {
            throw new ArchiveException("there is no repository " + only.orElse("") + " in the configuration, but "
                    + String.join(
                            ", ",
                            settings.repositories().stream()
                                    .map(RepositorySettings::name)
                                    .toList()));
        }
        return new WalRepositories(opened);
    }

    private static WalRepository open(RepositorySettings settings) throws ArchiveException {
        if (settings.place() instanceof DirectorySettings(Path path)
                && settings.compression() == RepositoryCompression.NONE
                && settings.encryptionKeyFiles().isEmpty()) {
            return new PlainWal(settings.name(), path);
        }
        return new CodedWal(Repository.open(settings));
    }

    List<String> names() {
        return repositories.stream().map(WalRepository::name).toList();
    }

    /**
     * Archives a file in all of them.
     *
     * @throws ArchiveException naming each that failed, and why; the others have it
     */
    void push(WalSource source) throws ArchiveException {
        List<String> failures = new ArrayList<>();
        for (WalRepository repository : repositories) {
            try {
                repository.push(source);
            } catch (ArchiveException e) {
                failures.add(named(repository, e.getMessage()));
            } catch (IOException e) {
                failures.add(named(repository, "can't archive " + source.file() + ": " + FileProblem.whereAndWhy(e)));
            }
        }
        if (!failures.isEmpty()) {
            throw new ArchiveException(String.join("; ", failures));
        }
    }

    /**
     * Fetches a file from the first that has it undamaged.
     *
     * @return false if none of them has it, and each can be trusted to say that
     * @throws ArchiveException if none gave it, and some can't be trusted to say that it isn't there
     */
    boolean fetch(WalName name, String systemIdentifier, Path destination) throws ArchiveException {
        List<String> failures = new ArrayList<>();
        for (WalRepository repository : repositories) {
            try {
                if (repository.fetch(name, systemIdentifier, destination)) {
                    return true;
                }
            } catch (ArchiveException e) {
                failures.add(named(repository, e.getMessage()));
            } catch (IOException e) {
                failures.add(named(repository, "can't fetch " + name.text() + ": " + FileProblem.whereAndWhy(e)));
            }
        }
        if (!failures.isEmpty()) {
            throw new ArchiveException(String.join("; ", failures));
        }
        return false;
    }

    private String named(WalRepository repository, String problem) {
        return repositories.size() == 1 ? problem : "repository " + repository.name() + ": " + problem;
    }
}
