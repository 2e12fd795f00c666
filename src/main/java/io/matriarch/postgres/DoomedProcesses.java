package io.matriarch.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Processes that were killed, and are there still because they wait in the kernel for a disk that hangs. The kernel ends such a process before it runs another instruction of its
 * own: it can't tell a client that a commit has succeeded. What it has asked of the disk may still be done, so its files are not to be touched (proc(5)).
 */
final class DoomedProcesses {
    private static final Set<String> PROGRAMS = Set.of("postgres", "postmaster");
    private static final long SIGKILL_BIT = 1L << 8;
    private static final long EXITING = 0x4; // PF_EXITING

    private DoomedProcesses() {}

    /** Whether that is so of each process of PostgreSQL that works in {@code directory}; of none at all, too. */
    static boolean are(Path directory) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> PROGRAMS.contains(Postmaster.program(pid)) && Postmaster.worksIn(pid, directory))
                .allMatch(DoomedProcesses::isDoomed);
    }

    /** Also of one that is gone. */
    static boolean isDoomed(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean ended = fields[0].equals("Z") || fields[0].equals("X");
            return ended || (Long.parseLong(fields[6]) & EXITING) != 0 || isKilled(pid);
        } catch (IOException gone) {
            return true;
        }
    }

    private static boolean isKilled(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status"), StandardCharsets.ISO_8859_1).stream()
                .filter(line -> line.startsWith("SigPnd:") || line.startsWith("ShdPnd:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & SIGKILL_BIT) != 0);
    }
}
