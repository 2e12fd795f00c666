package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.backup.BackupName.Kind;
import io.matriarch.archive.backup.Removal;
import io.matriarch.archive.backup.StoredParts;
import io.matriarch.archive.store.StoreException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Removes dumps of one cluster that no rule keeps, and what killed processes left behind. It may be killed itself at any moment. */
final class DumpExpiry {
    private final Repository repository;
    private final String systemIdentifier;
    private final Removal removal;

    /** @param dryRun whether it's only told what would be removed */
    DumpExpiry(Repository repository, String systemIdentifier, boolean dryRun, Consumer<String> told) {
        this.repository = repository;
        this.systemIdentifier = systemIdentifier;
        this.removal = new Removal(repository.store(), Kind.DUMP, systemIdentifier, dryRun, told);
    }

    /** Returns the labels of the dumps that went, or would go. */
    List<String> run(DumpRetention rule, Instant now) throws ArchiveException {
        DumpCatalog catalog = removeLeftovers(now);
        Set<String> complete = new HashSet<>();
        for (DumpDescription dump : catalog.dumps()) {
            if (new StoredParts(repository, dump.name(), dump.parts()).missing().isEmpty()) {
                complete.add(dump.label());
            }
        }
        Set<String> kept = rule.kept(catalog.dumps(), complete, now);
        List<String> removed = new ArrayList<>();
        for (DumpDescription dump : catalog.dumps()) {
            if (!kept.contains(dump.label())) {
                delete(dump);
                removed.add(dump.label());
            }
        }
        return removed;
    }

    /** Removes what killed processes left behind; returns the dumps of the cluster. */
    DumpCatalog removeLeftovers(Instant now) throws ArchiveException {
        try {
            Set<String> parts = removal.labelsOfParts();
            DumpCatalog catalog = DumpCatalog.read(repository.store(), Optional.of(systemIdentifier));
            if (!catalog.unreadable().isEmpty()) {
                throw new ArchiveException("nothing is removed while a description can't be understood: "
                        + String.join("; ", catalog.unreadable()));
            }
            Set<String> described =
                    catalog.dumps().stream().map(DumpDescription::label).collect(Collectors.toSet());
            removal.removeLeftovers(parts, described, catalog.running(), now);
            return catalog;
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    void delete(DumpDescription dump) throws ArchiveException {
        try {
            removal.remove(dump.name(), "dump " + dump.label() + " of " + dump.stopped());
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }
}
