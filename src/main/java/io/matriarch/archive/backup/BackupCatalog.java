package io.matriarch.archive.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.RepositoryFormat;
import io.matriarch.archive.backup.BackupName.Kind;
import io.matriarch.archive.store.ObjectStore;
import io.matriarch.archive.store.StoreException;
import io.matriarch.archive.store.StoredObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The backups that a repository had at a moment.
 *
 * @param backups sorted by the time when they ended
 * @param unreadable one line for each description that can't be understood
 */
public record BackupCatalog(List<BackupDescription> backups, List<RunningBackup> running, List<String> unreadable) {
    public BackupCatalog {
        backups = List.copyOf(backups);
        running = List.copyOf(running);
        unreadable = List.copyOf(unreadable);
    }

    public static BackupCatalog read(ObjectStore store, Optional<String> systemIdentifier) throws ArchiveException {
        try {
            RepositoryFormat.check(store);
            Reader reader = new Reader(store);
            for (StoredObject object : store.list(BackupName.descriptions(Kind.BACKUP, systemIdentifier))) {
                Optional<BackupName> name = BackupName.of(Kind.BACKUP, object.name());
                if (name.isPresent()) {
                    reader.read(object, name.get());
                }
            }
            reader.backups.sort(
                    Comparator.comparing(BackupDescription::stopped).thenComparing(BackupDescription::label));
            return new BackupCatalog(reader.backups, reader.running, reader.unreadable);
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    public Optional<BackupDescription> find(String label) {
        return backups.stream().filter(backup -> backup.label().equals(label)).findFirst();
    }

    /**
     * A backup and what it builds upon, the full one first.
     *
     * @throws ArchiveException if one is missing
     */
    public List<BackupDescription> chain(BackupDescription backup) throws ArchiveException {
        List<BackupDescription> chain = new ArrayList<>(List.of(backup));
        while (chain.getFirst().parent().isPresent()) {
            String parent = chain.getFirst().parent().get();
            BackupDescription found = find(parent)
                    .filter(candidate -> candidate
                            .name()
                            .systemIdentifier()
                            .equals(backup.name().systemIdentifier()))
                    .orElseThrow(() -> new ArchiveException("the backup " + backup.label() + " builds upon " + parent
                            + ", which isn't in the repository"));
            if (chain.contains(found)) {
                throw new ArchiveException("the backup " + backup.label() + " builds upon itself");
            }
            chain.addFirst(found);
        }
        return chain;
    }

    public List<BackupDescription> children(BackupDescription backup) {
        return backups.stream()
                .filter(child -> child.parent().equals(Optional.of(backup.label())))
                .filter(child ->
                        child.name().systemIdentifier().equals(backup.name().systemIdentifier()))
                .toList();
    }

    /** Those that were made with a configuration of this scope. */
    public BackupCatalog ofScope(String scope) {
        return new BackupCatalog(
                backups.stream().filter(backup -> backup.scope().equals(scope)).toList(), running, unreadable);
    }

    /** Those of one cluster. */
    public BackupCatalog of(String systemIdentifier) {
        return new BackupCatalog(
                backups.stream()
                        .filter(backup -> backup.name().systemIdentifier().equals(systemIdentifier))
                        .toList(),
                running.stream()
                        .filter(backup -> backup.name().systemIdentifier().equals(systemIdentifier))
                        .toList(),
                unreadable);
    }

    private static final class Reader {
        private final ObjectStore store;
        private final List<BackupDescription> backups = new ArrayList<>();
        private final List<RunningBackup> running = new ArrayList<>();
        private final List<String> unreadable = new ArrayList<>();

        Reader(ObjectStore store) {
            this.store = store;
        }

        void read(StoredObject object, BackupName name) throws StoreException {
            Optional<byte[]> content = store.read(object.name());
            if (content.isEmpty()) {
                // removed meanwhile
                return;
            }
            try {
                if (BackupName.isDescription(Kind.BACKUP, object.name())) {
                    backups.add(BackupDescription.parse(name, content.get()));
                } else if (BackupName.isRunning(object.name())) {
                    running.add(RunningBackup.parse(name, content.get(), object.modified()));
                }
            } catch (MalformedBackup e) {
                unreadable.add(object.name() + " " + e.getMessage());
            }
        }
    }
}
