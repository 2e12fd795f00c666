package io.matriarch.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** Ends a command that the agent started, and its children, when the agent has ended: then nothing holds the other end of its standard input any more. */
public final class ParentWatch {
    private static final String VARIABLE = "MATRIARCH_PARENT";
    private static final int ENDED = 143;

    private ParentWatch() {}

    /** Watches if the agent has asked for it. */
    public static void start(Map<String, String> environment, InputStream input) {
        if ("stdin".equals(environment.get(VARIABLE))) {
            Thread.ofPlatform().daemon().name("parent-watch").start(() -> {
                try {
                    while (input.read() >= 0) {
                        // nothing is ever said
                    }
                } catch (IOException gone) {
                    // the same
                }
                ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
                Runtime.getRuntime().halt(ENDED);
            });
        }
    }
}
