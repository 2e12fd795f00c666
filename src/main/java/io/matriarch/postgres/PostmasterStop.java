package io.matriarch.postgres;

import io.matriarch.config.PostgresSettings;
import io.matriarch.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Ends a postmaster and all its children (reference 6.3). Blocks until they are gone, or it has been in vain. */
final class PostmasterStop {
    private static final Duration TOOL = Duration.ofSeconds(30);
    /** The postmaster itself kills children that don't end within 5 s; a postmaster that takes longer is frozen or hangs. */
    private static final Duration IMMEDIATE = Duration.ofSeconds(10);

    private static final Duration KILLED = Duration.ofSeconds(30);
    /** Who is killed and not gone by then waits for something that may never come. */
    private static final Duration HANGS = Duration.ofSeconds(3);

    private static final Duration POLL = Duration.ofMillis(50);

    private final PgTools tools;

    PostmasterStop(PgTools tools) {
        this.tools = tools;
    }

    /** Whether it is gone within {@code patience}. */
    boolean fast(PostgresSettings settings, Postmaster postmaster, Duration patience) {
        return stop(settings, postmaster, "fast", patience);
    }

    /** In immediate mode, and by SIGKILL where that doesn't help. */
    boolean atOnce(PostgresSettings settings, Postmaster postmaster) {
        return (stop(settings, postmaster, "immediate", IMMEDIATE) || kill(postmaster))
                && FormerChildren.end(settings.dataDirectory()).isEmpty();
    }

    private boolean stop(PostgresSettings settings, Postmaster postmaster, String mode, Duration patience) {
        tools.run(
                "pg_ctl",
                List.of("stop", "-D", settings.dataDirectory().toString(), "-m", mode, "-W"),
                Map.of(),
                Deadline.after(TOOL));
        return ended(postmaster, Deadline.after(patience));
    }

    /** With its children. The postmaster is frozen first, so that it starts no more of them. */
    boolean kill(Postmaster postmaster) {
        ProcessHandle.of(postmaster.pid()).filter(_ -> postmaster.isAlive()).ifPresent(process -> {
            PgTools.runCommand(
                    List.of("sh", "-c", "kill -STOP " + postmaster.pid()),
                    Map.of(),
                    Deadline.after(TOOL),
                    new Cancellation());
            List<ProcessHandle> children = process.descendants().toList();
            process.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
        });
        return ended(postmaster, Deadline.after(HANGS))
                || (!DoomedProcesses.isDoomed(postmaster.pid()) && ended(postmaster, Deadline.after(KILLED)));
    }

    private static boolean ended(Postmaster postmaster, Deadline deadline) {
        while (postmaster.isAlive() && !deadline.expired()) {
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return !postmaster.isAlive();
    }
}
