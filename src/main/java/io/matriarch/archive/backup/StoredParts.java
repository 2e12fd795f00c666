package io.matriarch.archive.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.store.StoreException;
import io.matriarch.archive.store.StoredObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/** The objects with data of a backup or a dump, as its description names them. Each question is answered with what is wrong, one line each. */
public record StoredParts(Repository repository, BackupName name, List<StoredPart> parts) {
    public StoredParts {
        parts = List.copyOf(parts);
    }

    /** Whether all are there, in their size. */
    public List<String> missing() throws ArchiveException {
        Map<String, Long> sizes = new HashMap<>();
        try {
            for (StoredObject object : repository.store().list(name.parts())) {
                sizes.put(object.name(), object.size());
            }
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
        List<String> problems = new ArrayList<>();
        for (StoredPart part : parts) {
            Long size = sizes.get(part.object());
            if (size == null) {
                problems.add(part.object() + " is missing");
            } else if (size != part.storedSize()) {
                problems.add(part.object() + " has " + size + " bytes instead of " + part.storedSize());
            }
        }
        return problems;
    }

    /**
     * Whether all hold what was written: read, checked, decrypted and decompressed.
     *
     * @param done gets the stored bytes of each that was read
     */
    public List<String> damaged(int jobs, LongConsumer done) throws ArchiveException {
        List<String> problems = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(
                jobs, Thread.ofPlatform().daemon().name("check-", 0).factory())) {
            List<Future<String>> checks = new ArrayList<>();
            parts.forEach(part -> checks.add(threads.submit(() -> problem(part, done))));
            for (Future<String> check : checks) {
                String problem = check.get();
                if (!problem.isEmpty()) {
                    problems.add(problem);
                }
            }
        } catch (ExecutionException e) {
            throw new ArchiveException("can't check the " + name.kind().word() + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", e);
        }
        return problems;
    }

    private String problem(StoredPart part, LongConsumer done) {
        try {
            ArchiveReader.content(repository, part);
            return "";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } finally {
            done.accept(part.storedSize());
        }
    }
}
