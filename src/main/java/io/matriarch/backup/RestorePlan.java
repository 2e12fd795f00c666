package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.StoredArchive;
import io.matriarch.archive.backup.Tablespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is restored to where.
 *
 * @param chain the full backup first
 * @param tablespaces where those of the last backup go, by their number
 */
public record RestorePlan(List<BackupDescription> chain, Path target, Map<Long, Path> tablespaces) {
    private static final double MEGA = 1024 * 1024;

    public RestorePlan {
        chain = List.copyOf(chain);
        tablespaces = new LinkedHashMap<>(tablespaces);
    }

    /** @param mapping from the locations in the backup to others */
    public static RestorePlan of(List<BackupDescription> chain, Path target, Map<String, Path> mapping)
            throws ArchiveException {
        Map<Long, Path> tablespaces = new LinkedHashMap<>();
        Map<String, Path> unused = new HashMap<>(mapping);
        for (Tablespace tablespace : chain.getLast().tablespaces()) {
            Path mapped = unused.remove(tablespace.location());
            Path path = (mapped == null ? Path.of(tablespace.location()) : mapped).normalize();
            if (!path.isAbsolute() || path.startsWith(target) || target.startsWith(path)) {
                throw new ArchiveException("the tablespace " + tablespace.location() + " can't go to " + path
                        + ": an absolute path outside of " + target + " is needed; say --tablespace-mapping "
                        + tablespace.location() + "=NEW");
            }
            tablespaces.put(tablespace.oid(), path);
        }
        if (!unused.isEmpty()) {
            throw new ArchiveException("the backup " + chain.getLast().label() + " has no tablespace at "
                    + String.join(", ", unused.keySet()));
        }
        return new RestorePlan(chain, target, tablespaces);
    }

    public BackupDescription backup() {
        return chain.getLast();
    }

    public boolean incremental() {
        return chain.size() > 1;
    }

    /** Of what is read, before compression. */
    public long contentSize() {
        return chain.stream().mapToLong(BackupDescription::contentSize).sum();
    }

    /**
     * @param freed what removing the old content frees, by folder
     * @throws ArchiveException if a disk hasn't enough space
     */
    public void requireSpace(Map<Path, Long> freed) throws ArchiveException {
        try {
            // by device, not by FileStore: that looks for the mount, which a chroot hides
            Map<Object, Long> needed = new HashMap<>();
            Map<Object, Path> example = new HashMap<>();
            for (Map.Entry<Path, Long> folder : needs().entrySet()) {
                Path existing = existing(folder.getKey());
                Object device = Files.getAttribute(existing, "unix:dev");
                needed.merge(device, folder.getValue() - freed.getOrDefault(folder.getKey(), 0L), Long::sum);
                example.put(device, existing);
            }
            for (Map.Entry<Object, Path> device : example.entrySet()) {
                long usable = device.getValue().toFile().getUsableSpace();
                long wanted = needed.getOrDefault(device.getKey(), 0L);
                if (wanted > usable) {
                    throw new ArchiveException(String.format(
                            java.util.Locale.ROOT,
                            "the disk of %s has %.0f MB, and restoring the backup %s takes %.0f MB there",
                            device.getValue(),
                            usable / MEGA,
                            backup().label(),
                            wanted / MEGA));
                }
            }
        } catch (IOException e) {
            throw new ArchiveException("can't look at the free space: " + e.getMessage(), e);
        }
    }

    /** How many bytes each folder must have room for. */
    public Map<Path, Long> needs() {
        Map<Path, Long> needs = new HashMap<>();
        long wal = backup().wal().segments().size() * backup().wal().segmentSize();
        if (incremental()) {
            // all backups are laid out below the target, and the combined one, which is as large as the first and the
            // changes at most
            needs.merge(target, contentSize() + wal, Long::sum);
        }
        for (StoredArchive archive : incremental() ? allArchives() : backup().archives()) {
            needs.merge(folder(archive), archive.contentSize(), Long::sum);
        }
        if (!incremental()) {
            needs.merge(target, wal, Long::sum);
        }
        return needs;
    }

    private List<StoredArchive> allArchives() {
        return chain.stream().flatMap(backup -> backup.archives().stream()).toList();
    }

    private Path folder(StoredArchive archive) {
        return tablespaces.entrySet().stream()
                .filter(tablespace -> archive.name().equals(tablespace.getKey() + ".tar"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(target);
    }

    private static Path existing(Path path) throws IOException {
        Optional<Path> existing = Optional.of(path);
        while (existing.isPresent() && Files.notExists(existing.get())) {
            existing = Optional.ofNullable(existing.get().getParent());
        }
        return existing.orElseThrow(() -> new IOException("no folder above " + path + " exists"));
    }
}
