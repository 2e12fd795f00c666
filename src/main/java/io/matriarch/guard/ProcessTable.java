package io.matriarch.guard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What /proc tells of processes. Reads only files that the kernel answers from memory, so no hung disk holds it up. */
final class ProcessTable {
    private final Path root;

    ProcessTable() {
        this(Path.of("/proc"));
    }

    ProcessTable(Path root) {
        this.root = root;
    }

    /** @param name the first fifteen characters of the program's name */
    record Entry(ProcessId id, long parent, String name) {}

    /** A process that can still do something: remains that nobody has reaped are none. */
    Optional<Entry> entry(long pid) {
        try {
            return parse(Files.readString(root.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** The program's name may hold blanks and parentheses. */
    static Optional<Entry> parse(String stat) {
        try {
            int open = stat.indexOf('(');
            int close = stat.lastIndexOf(')');
            String[] fields = stat.substring(close + 2).split(" ", -1);
            boolean remains = fields[0].equals("Z") || fields[0].equals("X");
            long pid = Long.parseLong(stat.substring(0, open).strip());
            Entry entry = new Entry(
                    new ProcessId(pid, Long.parseLong(fields[19])),
                    Long.parseLong(fields[1]),
                    stat.substring(open + 1, close));
            return remains ? Optional.empty() : Optional.of(entry);
        } catch (RuntimeException malformed) {
            return Optional.empty();
        }
    }

    boolean isAlive(ProcessId process) {
        return entry(process.pid()).filter(now -> now.id().equals(process)).isPresent();
    }

    /** Those processes and all below them. */
    Set<ProcessId> families(Set<ProcessId> heads) {
        Map<Long, List<Entry>> children = new HashMap<>();
        Set<ProcessId> found = new HashSet<>();
        List<Long> open = new ArrayList<>();
        for (Entry entry : all()) {
            children.computeIfAbsent(entry.parent(), _ -> new ArrayList<>()).add(entry);
            if (heads.contains(entry.id())) {
                found.add(entry.id());
                open.add(entry.id().pid());
            }
        }
        while (!open.isEmpty()) {
            for (Entry child : children.getOrDefault(open.removeLast(), List.of())) {
                if (found.add(child.id())) {
                    open.add(child.id().pid());
                }
            }
        }
        return found;
    }

    private List<Entry> all() {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> numbers = Files.newDirectoryStream(root, "[0-9]*")) {
            for (Path number : numbers) {
                entry(Long.parseLong(number.getFileName().toString())).ifPresent(entries::add);
            }
        } catch (IOException | RuntimeException unreadable) {
            return entries;
        }
        return entries;
    }
}
