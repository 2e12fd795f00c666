package io.matriarch.it;

import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what is wrong with a repository of one cluster on one timeline with segments of 1 MiB. It reads the files by docs/repository-format.md, and knows nothing else of Matriarch.
 */
final class RepositoryChecker {
    private static final String LABEL = "/([0-9]+)/([^/.][^/]*)/";
    private static final Pattern WAL = Pattern.compile(
            "wal/[0-9]+/[0-9A-F]{8}/([0-9A-F]{24}(?:\\.[0-9A-F]{8}\\.backup)?)(\\.zst)?(\\.enc)?(\\.sha256)?");
    private static final Pattern PART =
            Pattern.compile("(backup|dump)-parts" + LABEL + "[a-z0-9_.]+\\.[0-9]{8}(\\.zst)?(\\.enc)?");
    private static final Pattern MARK = Pattern.compile("(backup|dump)s" + LABEL + "(\\1\\.json|in-progress)");
    private static final Pattern TEMPORARY = Pattern.compile("(.*/)?\\.[^/]+\\.[0-9]+-[0-9a-f]+\\.tmp");
    private static final int SEGMENTS_PER_LOG = 4096;
    private static final int SEGMENT_BITS = 20;

    private final Path repository;
    private final Path kept;
    private final StoredContent content;
    private final Set<String> decoded = new HashSet<>();
    private final List<String> problems = new ArrayList<>();
    private Set<String> files = Set.of();

    /** @param kept with a copy of each file that was archived */
    RepositoryChecker(Path repository, Path kept, StoredContent content) {
        this.repository = repository;
        this.kept = kept;
        this.content = content;
    }

    /** @param archived the names of what PostgreSQL takes for archived */
    List<String> problems(Set<String> archived) {
        problems.clear();
        files = new TreeSet<>();
        collect(repository.toFile(), "");
        files.removeIf(name -> TEMPORARY.matcher(name).matches());
        for (String name : files) {
            if (!name.equals("repository.json")
                    && !WAL.matcher(name).matches()
                    && !PART.matcher(name).matches()
                    && !MARK.matcher(name).matches()) {
                problems.add(name + " is nothing that the format knows");
            }
        }
        Map<String, Mapping> backups = described("backup");
        described("dump");
        checkWal(archived, backups);
        return List.copyOf(problems);
    }

    /** What an expire that ended must not have left: parts that belong to nothing, marks of those who were at work, and what they hadn't finished writing. */
    List<String> leftovers(String kind) {
        files = new TreeSet<>();
        collect(repository.toFile(), "");
        Set<String> published = labels(kind);
        return files.stream()
                .filter(name -> name.startsWith(kind + "s/") || name.startsWith(kind + "-parts/"))
                // it was killed before it had taken a label: that goes after a day
                .filter(name -> !name.contains("/.in-progress."))
                .filter(name -> name.endsWith("/in-progress")
                        || TEMPORARY.matcher(name).matches()
                        || !published.contains(name.split("/", -1)[2]))
                .toList();
    }

    /** Those of all backups or dumps that there are. */
    Set<String> labels(String kind) {
        Set<String> labels = new TreeSet<>();
        for (String name : files) {
            if (name.startsWith(kind + "s/") && name.endsWith("/" + kind + ".json")) {
                labels.add(name.split("/", -1)[2]);
            }
        }
        return labels;
    }

    /** Whether there is anything of a file of WAL. */
    boolean holds(String name) {
        String beginning = "/" + name + ".";
        return files.stream().anyMatch(file -> file.startsWith("wal/") && (file + ".").contains(beginning));
    }

    private Map<String, Mapping> described(String kind) {
        Map<String, Mapping> found = new TreeMap<>();
        for (String label : labels(kind)) {
            files.stream()
                    .filter(name -> name.startsWith(kind + "s/") && name.endsWith("/" + label + "/" + kind + ".json"))
                    .forEach(name -> found.put(label, (Mapping) Json.parse(
                            new String(read(repository.resolve(name)), java.nio.charset.StandardCharsets.UTF_8))));
        }
        found.forEach((label, description) -> checkParts(kind, label, description));
        return found;
    }

    private void checkParts(String kind, String label, Mapping description) {
        List<Mapping> parts = new ArrayList<>();
        collectParts(description, parts);
        Set<String> listed = new HashSet<>();
        for (Mapping part : parts) {
            String object = part.text("object").orElseThrow();
            listed.add(object);
            if (!files.contains(object)) {
                problems.add(object + " is missing, and the " + kind + " " + label + " needs it");
                continue;
            }
            byte[] stored = read(repository.resolve(object));
            if (stored.length != part.whole("stored_size").orElseThrow()
                    || !StoredContent.sha256(stored).equals(part.text("sha256").orElseThrow())) {
                problems.add(object + " is damaged");
            } else if (decoded.add(object)) {
                checkContent(object, stored, part.whole("content_size").orElseThrow());
            }
        }
        if (parts.size() < 2) {
            problems.add("the " + kind + " " + label + " has only " + parts.size() + " parts");
        }
        String folder = kind + "-parts/" + description.text("system_identifier").orElseThrow() + "/" + label + "/";
        files.stream()
                .filter(name -> name.startsWith(folder) && !listed.contains(name))
                .forEach(name -> problems.add(name + " doesn't belong to the " + kind));
    }

    private void checkContent(String object, byte[] stored, long size) {
        try {
            if (content.of(object, stored).length != size) {
                problems.add(object + " has a content of another size");
            }
        } catch (IOException e) {
            problems.add(object + ": " + e.getMessage());
        }
    }

    private static void collectParts(Value value, List<Mapping> parts) {
        switch (value) {
            case Mapping mapping when mapping.text("object").isPresent() -> parts.add(mapping);
            case Mapping mapping -> mapping.entries().values().forEach(inner -> collectParts(inner, parts));
            case Sequence sequence -> sequence.items().forEach(inner -> collectParts(inner, parts));
            case Value.Text _, Value.Whole _, Value.Decimal _, Value.Bool _, Value.Null _ -> {}
        }
    }

    private void checkWal(Set<String> archived, Map<String, Mapping> backups) {
        Map<String, String> objects = new TreeMap<>();
        for (String name : files) {
            Matcher wal = WAL.matcher(name);
            if (wal.matches() && !name.endsWith(".sha256")) {
                String former = objects.put(wal.group(1), name);
                if (former != null) {
                    problems.add(name + " is there as " + former + ", too");
                }
            }
        }
        String first = "";
        for (Mapping backup : backups.values()) {
            long start = number(backup, "start_lsn");
            for (long number = start; number <= number(backup, "stop_lsn"); number++) {
                if (!objects.containsKey(segment(number))) {
                    problems.add(segment(number) + " is missing, and a backup can't become consistent without it");
                }
            }
            first = first.isEmpty() || segment(start).compareTo(first) < 0 ? segment(start) : first;
        }
        for (String name : archived) {
            if (name.compareTo(first) >= 0 && !objects.containsKey(name)) {
                problems.add(name + " was archived and isn't there");
            }
        }
        objects.forEach((name, object) -> checkWalFile(name, object, archived));
        checkGap(objects.keySet());
    }

    /** What was archived ahead has a copy when PostgreSQL asks for it. */
    private void checkWalFile(String name, String object, Set<String> archived) {
        Path file = repository.resolve(object);
        try {
            List<String> lines = Files.readAllLines(file.resolveSibling(name + ".sha256"));
            byte[] stored = Files.readAllBytes(file);
            boolean listed = lines.getFirst().equals(StoredContent.sha256(stored) + "  " + file.getFileName());
            // of two pushes of one file that are at work, or were killed
            if (!listed && (archived.contains(name) || lines.size() < 2)) {
                problems.add(object + " isn't what its checksum says");
                return;
            }
            byte[] segment = content.of(object, stored);
            if (!listed && !lines.get(1).equals(content.mark(segment))) {
                problems.add(object + " is neither what its checksum nor what the line about its content says");
            }
            Path copy = kept.resolve(name);
            if ((archived.contains(name) || Files.exists(copy)) && !Arrays.equals(segment, Files.readAllBytes(copy))) {
                problems.add(object + " isn't what PostgreSQL wrote");
            }
        } catch (NoSuchFileException e) {
            problems.add(object + " has no checksum, or nobody archived it: " + e.getFile());
        } catch (IOException e) {
            problems.add(object + ": " + e);
        }
    }

    /** Two workers may have stored the second file before the first: then PostgreSQL waits for that. */
    private void checkGap(Set<String> names) {
        List<Long> numbers = names.stream()
                .filter(name -> name.length() == 24)
                .map(RepositoryChecker::number)
                .sorted()
                .toList();
        for (int index = 1; index < numbers.size() - 10; index++) {
            if (numbers.get(index) != numbers.get(index - 1) + 1) {
                problems.add("there is a gap before " + segment(numbers.get(index)));
            }
        }
    }

    private static long number(String segment) {
        return Long.parseLong(segment.substring(8, 16), 16) * SEGMENTS_PER_LOG
                + Long.parseLong(segment.substring(16), 16);
    }

    /** That of the segment with what is before a position, or at its beginning. */
    private static long number(Mapping backup, String position) {
        String[] halves = backup.text(position).orElseThrow().split("/", -1);
        long lsn = (Long.parseLong(halves[0], 16) << 32) + Long.parseLong(halves[1], 16);
        return (position.equals("stop_lsn") ? lsn - 1 : lsn) >> SEGMENT_BITS;
    }

    private static String segment(long number) {
        return String.format(Locale.ROOT, "00000001%08X%08X", number / SEGMENTS_PER_LOG, number % SEGMENTS_PER_LOG);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** PostgreSQL archives meanwhile: a file may be gone before it's looked at. */
    private void collect(File folder, String name) {
        File[] entries = folder.listFiles();
        for (File entry : entries == null ? new File[0] : entries) {
            if (entry.isDirectory()) {
                collect(entry, name + entry.getName() + "/");
            } else {
                files.add(name + entry.getName());
            }
        }
    }
}
