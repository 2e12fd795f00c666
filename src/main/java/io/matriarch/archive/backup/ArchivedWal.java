package io.matriarch.archive.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.WalContent;
import io.matriarch.archive.codec.Codec;
import io.matriarch.archive.store.StoreException;
import io.matriarch.archive.store.StoredObject;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.TimelineFork;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The WAL of one cluster in a repository, at the time when it was listed. */
public final class ArchivedWal {
    private static final String CHECKSUM = ".sha256";
    private static final Pattern SEGMENT = Pattern.compile("[0-9A-F]{24}");
    private static final Pattern HISTORY = Pattern.compile("[0-9A-F]{8}\\.history");
    private static final Pattern OTHER = Pattern.compile("[0-9A-F]{24}\\.(partial|[0-9A-F]{8}\\.backup)");

    private final Repository repository;
    private final String systemIdentifier;
    private final Map<String, StoredObject> files;
    private final List<StoredObject> checksums;

    private ArchivedWal(
            Repository repository,
            String systemIdentifier,
            Map<String, StoredObject> files,
            List<StoredObject> checksums) {
        this.repository = repository;
        this.systemIdentifier = systemIdentifier;
        this.files = files;
        this.checksums = checksums;
    }

    public static ArchivedWal list(Repository repository, String systemIdentifier) throws ArchiveException {
        Map<String, StoredObject> files = new TreeMap<>();
        List<StoredObject> checksums = new ArrayList<>();
        try {
            for (StoredObject object : repository.store().list("wal/" + systemIdentifier + "/")) {
                if (object.name().endsWith(CHECKSUM)) {
                    checksums.add(object);
                } else {
                    files.put(Codec.contentName(fileName(object.name())), object);
                }
            }
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
        return new ArchivedWal(repository, systemIdentifier, files, checksums);
    }

    /** The names of whole segments, sorted. */
    Set<String> segments() {
        Set<String> segments = new TreeSet<>();
        files.keySet().stream().filter(name -> SEGMENT.matcher(name).matches()).forEach(segments::add);
        return segments;
    }

    /** The forks of each timeline that has a history file. */
    Map<Long, List<TimelineFork>> histories() throws ArchiveException {
        Map<Long, List<TimelineFork>> histories = new HashMap<>();
        for (String name : files.keySet()) {
            if (HISTORY.matcher(name).matches()) {
                histories.put(
                        Long.parseLong(name.substring(0, 8), 16),
                        TimelineFork.parse(new String(content(name), StandardCharsets.UTF_8)));
            }
        }
        return histories;
    }

    /** Whether a segment is in the repository at this moment, without a list of all others. */
    public static boolean holds(Repository repository, String systemIdentifier, String segment)
            throws ArchiveException {
        try {
            return repository
                    .store()
                    .list("wal/" + systemIdentifier + "/" + segment.substring(0, 8) + "/" + segment)
                    .stream()
                    .anyMatch(
                            object -> Codec.contentName(fileName(object.name())).equals(segment));
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The newest timeline of which there is anything; absent when there is no WAL. */
    public Optional<Long> newestTimeline() {
        return timelines().stream().max(Comparator.naturalOrder());
    }

    /** Those of which there is anything, sorted. */
    public Set<Long> timelines() {
        return files.keySet().stream()
                .filter(name ->
                        SEGMENT.matcher(name).matches() || HISTORY.matcher(name).matches())
                .map(name -> Long.parseLong(name.substring(0, 8), 16))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Where the WAL of a timeline or of several ends; absent when there is no segment. */
    public Optional<Lsn> end(long segmentSize) {
        return segments().stream()
                .map(segment -> WalPath.end(segment, segmentSize))
                .max(Comparator.naturalOrder());
    }

    /** When the newest segment was archived, by the clock of the store; absent when there is none. */
    public Optional<Instant> lastArchived() {
        return segments().stream()
                .flatMap(segment -> Optional.ofNullable(files.get(segment)).stream())
                .map(StoredObject::modified)
                .max(Comparator.naturalOrder());
    }

    /** Whether recovery along {@code timeline} passes a backup's end. */
    public boolean leadsFrom(BackupDescription backup, long timeline) throws ArchiveException {
        if (backup.wal().timeline() == timeline) {
            return true;
        }
        return histories().getOrDefault(timeline, List.of()).stream()
                .anyMatch(fork -> fork.timeline() == backup.wal().timeline()
                        && !backup.wal().stop().isAfter(fork.end()));
    }

    /** Those of {@code names} that aren't in the repository. */
    public List<String> missing(List<String> names) {
        return names.stream().filter(name -> !files.containsKey(name)).toList();
    }

    /**
     * A file, proven to be what was archived.
     *
     * @throws ArchiveException if it's missing, damaged, or the repository fails
     */
    public byte[] content(String name) throws ArchiveException {
        return WalContent.read(repository, systemIdentifier, name)
                .orElseThrow(() -> new ArchiveException(name + " of the cluster " + systemIdentifier
                        + " is not in the repository " + repository.store().place()));
    }

    /** All objects of segments and what goes with them, by the segment's name. */
    Map<String, List<StoredObject>> removable() {
        Map<String, List<StoredObject>> removable = new TreeMap<>();
        files.forEach((name, object) -> {
            if (SEGMENT.matcher(name).matches() || OTHER.matcher(name).matches()) {
                removable
                        .computeIfAbsent(name.substring(0, 24), _ -> new ArrayList<>())
                        .add(object);
            }
        });
        // after the files, so that no file is ever without its checksum
        for (StoredObject checksum : checksums) {
            String file = fileName(checksum.name());
            String name = file.substring(0, file.length() - CHECKSUM.length());
            if (SEGMENT.matcher(name).matches() || OTHER.matcher(name).matches()) {
                removable
                        .computeIfAbsent(name.substring(0, 24), _ -> new ArrayList<>())
                        .add(checksum);
            }
        }
        return removable;
    }

    private static String fileName(String object) {
        return object.substring(object.lastIndexOf('/') + 1);
    }
}
