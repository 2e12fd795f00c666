package io.matriarch.archive.backup;

import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process that makes a backup.
 *
 * @param boot of the machine, a random number of the kernel: process numbers begin anew with it
 * @param namespace of process numbers: those of containers mean nothing outside
 * @param started of the process, in ticks since the boot, since a number is used again
 */
public record Owner(String host, String boot, String namespace, long pid, String started) {
    private static final String UNKNOWN = "unknown";
    private static final int STARTED_FIELD = 19;

    static Owner self() {
        long pid = ProcessHandle.current().pid();
        return new Owner(
                content(Path.of("/proc/sys/kernel/hostname")).orElse(UNKNOWN),
                content(Path.of("/proc/sys/kernel/random/boot_id")).orElse(UNKNOWN),
                pidNamespace(),
                pid,
                started(pid).orElse(UNKNOWN));
    }

    /** Whether it's known to be gone: of another machine nothing is known. */
    boolean isGone() {
        Owner here = self();
        if (host.equals(UNKNOWN) || !host.equals(here.host)) {
            return false;
        }
        if (!boot.equals(here.boot)) {
            return true;
        }
        return namespace.equals(here.namespace) && !started(pid).equals(Optional.of(started));
    }

    Mapping json() {
        return Mapping.empty()
                .with("host", host)
                .with("boot", boot)
                .with("pid_namespace", namespace)
                .with("pid", pid)
                .with("process_started", started);
    }

    static Owner of(Fields fields) throws MalformedBackup {
        return new Owner(
                fields.text("host"),
                fields.text("boot"),
                fields.text("pid_namespace"),
                fields.whole("pid"),
                fields.text("process_started"));
    }

    /** Not as Java computes it, from a time of the boot that moves when the clock is set. */
    private static Optional<String> started(long pid) {
        return content(Path.of("/proc/" + pid + "/stat"))
                // the program's name is between parentheses and may hold anything
                .map(line -> line.substring(line.lastIndexOf(')') + 2).split(" ", -1))
                .filter(fields -> fields.length > STARTED_FIELD)
                // it was killed, and nobody has waited for it
                .filter(fields -> !fields[0].equals("Z"))
                .map(fields -> fields[STARTED_FIELD]);
    }

    private static Optional<String> content(Path file) {
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String pidNamespace() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
