package io.matriarch.postgres;

import io.matriarch.time.Deadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Processes of a server whose postmaster is gone. They end by themselves when they notice, but a frozen or hanging one doesn't: it still has the files open and the
 * shared memory, so that nothing can be started, rewound or removed here. No one needs them any more.
 */
final class FormerChildren {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(20);

    private FormerChildren() {}

    /** Kills those of {@code directory}, if it has no postmaster. Says what is left of them after 5 s: they hang in the kernel. */
    static Optional<String> end(Path directory) {
        if (Postmaster.of(directory).isPresent()) {
            return Optional.empty();
        }
        Deadline deadline = Deadline.after(PATIENCE);
        List<ProcessHandle> left = of(directory);
        while (!left.isEmpty() && !deadline.expired()) {
            left.forEach(ProcessHandle::destroyForcibly);
            pause();
            left = of(directory);
        }
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of("processes of the former server on %s can't be killed, they hang: %s"
                        .formatted(
                                directory,
                                left.stream()
                                        .map(process -> Long.toString(process.pid()))
                                        .collect(Collectors.joining(", "))));
    }

    /** Single-user servers and postmasters have other titles. */
    private static List<ProcessHandle> of(Path directory) {
        return ProcessHandle.allProcesses()
                .filter(process -> title(process.pid()).startsWith("postgres: ")
                        && Postmaster.worksIn(process.pid(), directory)
                        && !hasPostmaster(process))
                .toList();
    }

    /** It has one still, though postmaster.pid may be gone: a child that lost it belongs to the keeper, or to process 1. */
    private static boolean hasPostmaster(ProcessHandle process) {
        return process.parent()
                .filter(parent -> Postmaster.program(parent.pid()).equals("postgres"))
                .isPresent();
    }

    private static String title(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
