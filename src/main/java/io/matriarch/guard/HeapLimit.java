package io.matriarch.guard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How large the executable's heap may become: some hundred MB at most, because it runs beside PostgreSQL. That is fixed when the program starts. */
public final class HeapLimit {
    private static final int MEGA = 20;

    private HeapLimit() {}

    /**
     * Replaces this program by itself with a larger limit, if it has a smaller one; then this doesn't return. Nothing may have been done before. Whoever gave a limit knows
     * what he wants, and a JVM has a limit of its own: nothing happens then.
     */
    public static void require(long bytes) {
        boolean executable = System.getProperty("org.graalvm.nativeimage.imagecode") != null;
        if (!executable || Runtime.getRuntime().maxMemory() >= bytes) {
            return;
        }
        try {
            List<byte[]> arguments =
                    new ArrayList<>(AgentCommand.split(Files.readAllBytes(Path.of("/proc/self/cmdline"))));
            if (arguments.stream().anyMatch(AgentCommand::limitsHeap)) {
                return;
            }
            arguments.add(1, ("-Xmx" + (bytes >> MEGA) + "m").getBytes(StandardCharsets.UTF_8));
            SystemCalls.system().replaceBy(AgentCommand.SELF.toString(), arguments);
        } catch (IOException | SystemCalls.SystemCallException e) {
            System.err.println("matriarch: the memory stays limited to "
                    + (Runtime.getRuntime().maxMemory() >> MEGA) + " MB: " + e.getMessage());
        }
    }
}
