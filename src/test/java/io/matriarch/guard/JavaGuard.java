package io.matriarch.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;

/** The whole arrangement in one program as in the executable: without "agent" before its argument it's the guard. Says what it does in a file. */
final class JavaGuard {
    private JavaGuard() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (!arguments[0].equals(GuardMain.AGENT_ARGUMENT)) {
            System.exit(GuardMain.run(arguments));
        }
        Path diary = Path.of(arguments[1]);
        GuardLink link = GuardLink.connect();
        CountDownLatch alone = new CountDownLatch(1);
        link.onGuardGone(alone::countDown);
        link.ready();
        link.unfence();
        note(diary, "nanos " + System.nanoTime());
        note(diary, "agent " + ProcessHandle.current().pid() + " guarded " + link.guarded());
        alone.await();
        note(diary, "alone");
        link.exiting(0);
        System.exit(0);
    }

    private static void note(Path diary, String line) throws IOException {
        Files.writeString(diary, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
