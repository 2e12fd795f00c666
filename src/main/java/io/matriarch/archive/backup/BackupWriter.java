package io.matriarch.archive.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.RepositoryFormat;
import io.matriarch.archive.store.ObjectStore;
import io.matriarch.archive.store.StoreException;
import io.matriarch.archive.store.StoredObject;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes one backup or dump: first the object that says who is at work, then the parts, last the description. When the process is killed in between, there is none, and
 * {@link Removal} finds what is left.
 */
public final class BackupWriter implements AutoCloseable {
    private static final Duration HEARTBEAT = Duration.ofMinutes(1);

    private final Repository repository;
    private final BackupName name;
    private final RunningBackup running;
    private final PartUploads uploads;
    private final Thread heartbeat;
    private final List<StoredArchive> finished = new ArrayList<>();
    private Optional<ArchiveWriter> open = Optional.empty();
    private boolean published;

    private BackupWriter(Repository repository, RunningBackup running, int jobs) {
        this.repository = repository;
        this.name = running.name();
        this.running = running;
        this.uploads = new PartUploads(repository, jobs);
        this.heartbeat = Thread.ofPlatform().daemon().name("heartbeat").start(this::beat);
    }

    /**
     * Takes the label.
     *
     * @param parent the label of the backup that it builds upon
     * @param jobs how many threads store parts
     * @throws ArchiveException if the label is taken, or the repository can't be used
     */
    public static BackupWriter begin(Repository repository, BackupName name, Optional<String> parent, int jobs)
            throws ArchiveException {
        RunningBackup running = new RunningBackup(name, Owner.self(), Instant.now(), parent);
        try {
            ObjectStore store = repository.store();
            RepositoryFormat.claim(store);
            // the label is whose object it is; after that nobody else looks for the other two
            if (!store.create(name.running(), running.json())) {
                throw new ArchiveException("the label " + name.label() + " is taken by a "
                        + name.kind().word()
                        + " in progress, or by what is left of one ('matriarch "
                        + name.kind().word() + " expire' removes that)");
            }
            if (store.find(name.description()).isPresent()) {
                store.delete(name.running());
                throw new ArchiveException("there is a " + name.kind().word() + " with the label " + name.label()
                        + "; choose another one");
            }
            return new BackupWriter(repository, running, jobs);
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Begins an archive, and ends the one before. */
    public OutputStream archive(String archive) throws IOException {
        finishArchive();
        ArchiveWriter writer = new ArchiveWriter(uploads, name, archive);
        open = Optional.of(writer);
        return writer;
    }

    /** Waits for all that is under way; returns the archives in the order in which they were written. */
    public List<StoredArchive> finish() throws IOException {
        finishArchive();
        return List.copyOf(finished);
    }

    private void finishArchive() throws IOException {
        if (open.isPresent()) {
            finished.add(open.get().finish());
            open = Optional.empty();
        }
    }

    /** From now on it is a backup. */
    public void publish(BackupDescription description) throws ArchiveException {
        publish(description.json());
    }

    /** From now on it is what {@code description} says. */
    public void publish(byte[] description) throws ArchiveException {
        try {
            if (running.parent().isPresent()
                    && repository
                            .store()
                            .find(new BackupName(
                                            name.systemIdentifier(),
                                            running.parent().get())
                                    .description())
                            .isEmpty()) {
                throw new ArchiveException(
                        "the backup " + running.parent().get() + ", which this one builds upon, was removed meanwhile");
            }
            // before the object that belongs to us is gone
            endHeartbeat();
            if (!repository.store().create(name.description(), description)) {
                throw new ArchiveException(
                        "somebody else made a " + name.kind().word() + " with the label " + name.label());
            }
            published = true;
            repository.store().delete(name.running());
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", e);
        }
    }

    /** Removes what there is of it when it wasn't published; what can't be removed, expiry will. */
    @Override
    public void close() {
        uploads.close();
        try {
            endHeartbeat();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (published) {
            return;
        }
        try {
            ObjectStore store = repository.store();
            for (StoredObject part : store.list(name.parts())) {
                store.delete(part.name());
            }
            store.delete(name.running());
        } catch (StoreException e) {
            // the repository is most likely why it failed in the first place
        }
    }

    /** Otherwise it might create its object once more. */
    private void endHeartbeat() throws InterruptedException {
        heartbeat.interrupt();
        heartbeat.join();
    }

    private void beat() {
        try {
            while (true) {
                Thread.sleep(HEARTBEAT);
                try {
                    repository
                            .store()
                            .replace(
                                    name.running(),
                                    running.seenAt(Instant.now()).json());
                } catch (StoreException e) {
                    // the uploads tell of it, or the next beat succeeds
                }
            }
        } catch (InterruptedException ended) {
            // published, or given up
        }
    }
}
