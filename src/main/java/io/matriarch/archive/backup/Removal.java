package io.matriarch.archive.backup;

import io.matriarch.archive.backup.BackupName.Kind;
import io.matriarch.archive.store.ObjectStore;
import io.matriarch.archive.store.StoreException;
import io.matriarch.archive.store.StoredObject;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Removes backups or dumps of one cluster, and what killed processes have left of some. It may be killed itself at any moment: the description goes first, then the parts go.
 *
 * @param dryRun whether it's only told what would be removed
 */
public record Removal(ObjectStore store, Kind kind, String systemIdentifier, boolean dryRun, Consumer<String> told) {

    /** Removes one that has a description: first it's none any more. */
    public void remove(BackupName name, String what) throws StoreException {
        tell(what);
        if (!dryRun) {
            store.delete(name.description());
            removeRemains(name);
        }
    }

    /**
     * The labels of all objects with data. To be listed before the descriptions: a part that is seen here has had something that explains it ever since.
     */
    public Set<String> labelsOfParts() throws StoreException {
        Set<String> labels = new TreeSet<>();
        for (StoredObject object : store.list(BackupName.allParts(kind, systemIdentifier))) {
            BackupName.of(kind, object.name()).ifPresent(name -> labels.add(name.label()));
        }
        return labels;
    }

    /**
     * Removes what nobody works at any more and what has no description.
     *
     * @param parts from {@link #labelsOfParts}
     * @param described the labels of all that have a description
     * @param running all that say who is at work
     */
    public void removeLeftovers(Set<String> parts, Set<String> described, List<RunningBackup> running, Instant now)
            throws StoreException {
        Set<String> explained = new HashSet<>(described);
        for (RunningBackup mark : running) {
            String label = mark.name().label();
            if (described.contains(label)) {
                // it was killed between its last two steps, or is just between them
                if (mark.isAbandoned(now) && !dryRun) {
                    store.removeUnfinished(mark.name().marks(), Instant.MAX);
                    store.delete(mark.name().running());
                }
            } else if (mark.isAbandoned(now)) {
                removeLeftover(mark.name(), kind.word() + " " + label + ", which was never finished");
            }
            explained.add(label);
        }
        for (String label : parts) {
            if (!explained.contains(label)) {
                removeLeftover(
                        new BackupName(kind, systemIdentifier, label),
                        "what is left of the " + kind.word() + " " + label);
            }
        }
        if (!dryRun) {
            for (String folder : List.of(
                    BackupName.descriptions(kind, Optional.of(systemIdentifier)),
                    BackupName.allParts(kind, systemIdentifier))) {
                store.removeUnfinished(folder, now.minus(RunningBackup.SILENCE));
            }
        }
    }

    private void removeLeftover(BackupName name, String what) throws StoreException {
        // it may have become whole since it was looked at
        if (store.find(name.description()).isPresent()) {
            return;
        }
        tell(what);
        if (!dryRun) {
            removeRemains(name);
        }
    }

    private void removeRemains(BackupName name) throws StoreException {
        for (StoredObject part : store.list(name.parts())) {
            store.delete(part.name());
        }
        // nobody is at work any more, so that it need not be old
        store.removeUnfinished(name.parts(), Instant.MAX);
        store.delete(name.running());
        store.removeUnfinished(name.marks(), Instant.MAX);
    }

    private void tell(String what) {
        told.accept((dryRun ? "would remove " : "removes ") + what);
    }
}
