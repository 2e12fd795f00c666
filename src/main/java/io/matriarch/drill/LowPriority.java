package io.matriarch.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Makes this process, and all that it starts from now on, wait for everybody else: the processor by nice, the disk by ionice. */
final class LowPriority {
    private static final int PATIENCE_SECONDS = 10;

    private final Path threads;

    LowPriority() {
        this(Path.of("/proc/self/task"));
    }

    LowPriority(Path threads) {
        this.threads = threads;
    }

    /** A line for each priority that can't be had, for a person. */
    List<String> take() {
        List<String> complaints = new ArrayList<>();
        if (!applies(List.of("renice", "-n", "19", "-p"))) {
            complaints.add("renice can't be run (Debian: bsdutils): the drill competes for the processor");
        }
        if (!applies(List.of("ionice", "-c", "3", "-p"))) {
            complaints.add("ionice can't be run (Debian: util-linux): the drill competes for the disk");
        }
        return complaints;
    }

    /** To each thread, because Linux knows no priority of a process; new threads and processes are as those that start them. */
    private boolean applies(List<String> command) {
        List<String> full = new ArrayList<>(command);
        try (Stream<Path> ids = Files.list(threads)) {
            ids.forEach(id -> full.add(id.getFileName().toString()));
        } catch (IOException e) {
            return false;
        }
        try {
            Process process = new ProcessBuilder(full)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            // a thread that has ended meanwhile makes it fail, and is no reason to complain
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
