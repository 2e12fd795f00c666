package io.matriarch.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A postmaster that was started on a data directory which no longer knows it: its postmaster.pid, or the whole directory, was removed, moved away or replaced. It
 * keeps the port, accepts writes, and goes on writing by relative names: into whatever is put where it works (reference section 9, case 87).
 */
final class LostPostmaster {
    private static final String DELETED = " (deleted)";
    /** What {@code postgres} is run for besides being a postmaster, by tools and by this agent. */
    private static final Set<String> OTHER_USES =
            Set.of("--single", "--boot", "--check", "--describe-config", "--version", "-V", "-C");

    private LostPostmaster() {}

    /** One that the process table shows, if {@code directory} has no postmaster that it knows. */
    static Optional<Postmaster> of(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        return Postmaster.of(absolute).isPresent()
                ? Optional.empty()
                : ProcessHandle.allProcesses()
                        .filter(process -> isPostmaster(process) && belongsTo(process.pid(), absolute))
                        .flatMap(process -> Postmaster.withNumber(process.pid()).stream())
                        .findFirst();
    }

    private static boolean isPostmaster(ProcessHandle process) {
        if (!isServer(process.pid())
                || process.parent().filter(up -> isServer(up.pid())).isPresent()) {
            return false; // a child has its postmaster's program
        }
        List<String> words = words(process.pid());
        return !words.isEmpty()
                && !words.getFirst().startsWith("postgres: ")
                && words.stream().noneMatch(OTHER_USES::contains);
    }

    private static boolean isServer(long pid) {
        String program = Postmaster.program(pid);
        return program.equals("postgres") || program.equals("postmaster");
    }

    private static boolean belongsTo(long pid, Path directory) {
        Path process = Path.of("/proc/" + pid);
        try {
            // in another container or chroot the same name is another directory
            if (!Files.isSameFile(process.resolve("root"), Path.of("/proc/self/root"))) {
                return false;
            }
            String works = Files.readSymbolicLink(process.resolve("cwd")).toString();
            if (Postmaster.worksIn(pid, directory)
                    || works.equals(directory + DELETED)
                    || works.equals(resolved(directory) + DELETED)) {
                return true;
            }
            // moved away: one that has yet to go where -D says works in no data directory
            boolean elsewhere = works.endsWith(DELETED) || Files.exists(process.resolve("cwd/global/pg_control"));
            return elsewhere && startedOn(words(pid), directory);
        } catch (IOException goneOrNotOurs) {
            return false;
        }
    }

    /** As the kernel names it, also when there is no such directory any more. */
    private static Path resolved(Path directory) throws IOException {
        Path parent = directory.getParent();
        Path name = directory.getFileName();
        return parent == null || name == null || Files.notExists(parent)
                ? directory
                : parent.toRealPath().resolve(name);
    }

    private static boolean startedOn(List<String> words, Path directory) {
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            boolean separate = word.equals("-D") && i + 1 < words.size();
            String named = separate ? words.get(i + 1) : word.startsWith("-D") ? word.substring(2) : "";
            if (named.startsWith("/") && Path.of(named).normalize().equals(directory)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> words(long pid) {
        try {
            return List.of(Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .split("\0"));
        } catch (IOException gone) {
            return List.of();
        }
    }
}
