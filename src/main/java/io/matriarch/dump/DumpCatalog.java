package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.RepositoryFormat;
import io.matriarch.archive.backup.BackupName;
import io.matriarch.archive.backup.BackupName.Kind;
import io.matriarch.archive.backup.MalformedBackup;
import io.matriarch.archive.backup.RunningBackup;
import io.matriarch.archive.store.ObjectStore;
import io.matriarch.archive.store.StoreException;
import io.matriarch.archive.store.StoredObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The dumps that a repository had at a moment.
 *
 * @param dumps sorted by the time when they ended
 * @param running those in progress, and those that were killed
 * @param unreadable one line for each description that can't be understood
 */
record DumpCatalog(List<DumpDescription> dumps, List<RunningBackup> running, List<String> unreadable) {
    DumpCatalog {
        dumps = List.copyOf(dumps);
        running = List.copyOf(running);
        unreadable = List.copyOf(unreadable);
    }

    static DumpCatalog read(ObjectStore store, Optional<String> systemIdentifier) throws ArchiveException {
        List<DumpDescription> dumps = new ArrayList<>();
        List<RunningBackup> running = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        try {
            RepositoryFormat.check(store);
            for (StoredObject object : store.list(BackupName.descriptions(Kind.DUMP, systemIdentifier))) {
                Optional<BackupName> name = BackupName.of(Kind.DUMP, object.name());
                // it may have been removed meanwhile
                Optional<byte[]> content = name.isPresent() ? store.read(object.name()) : Optional.empty();
                if (content.isEmpty()) {
                    continue;
                }
                try {
                    if (BackupName.isDescription(Kind.DUMP, object.name())) {
                        dumps.add(DumpDescription.parse(name.orElseThrow(), content.get()));
                    } else if (BackupName.isRunning(object.name())) {
                        running.add(RunningBackup.parse(name.orElseThrow(), content.get(), object.modified()));
                    }
                } catch (MalformedBackup e) {
                    unreadable.add(object.name() + " " + e.getMessage());
                }
            }
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
        dumps.sort(Comparator.comparing(DumpDescription::stopped).thenComparing(DumpDescription::label));
        return new DumpCatalog(dumps, running, unreadable);
    }

    Optional<DumpDescription> find(String label) {
        return dumps.stream().filter(dump -> dump.label().equals(label)).findFirst();
    }

    /** Those that were made with a configuration of this scope. */
    DumpCatalog ofScope(String scope) {
        return new DumpCatalog(
                dumps.stream().filter(dump -> dump.scope().equals(scope)).toList(), running, unreadable);
    }

    /** Those of one cluster. */
    DumpCatalog of(String systemIdentifier) {
        return new DumpCatalog(
                dumps.stream()
                        .filter(dump -> dump.name().systemIdentifier().equals(systemIdentifier))
                        .toList(),
                running.stream()
                        .filter(dump -> dump.name().systemIdentifier().equals(systemIdentifier))
                        .toList(),
                unreadable);
    }
}
