package io.matriarch.guard;

import java.io.IOException;
import java.io.InputStream;

/** Ends a command that the agent started, and its children, when the agent has ended: then nothing holds the other end of its standard input any more. */
public final class ParentWatch {
    /** The environment variable by which the agent asks for it, with the value {@link #ASKED}. */
    public static final String VARIABLE = "MATRIARCH_PARENT";

    public static final String ASKED = "stdin";

    private static final int ENDED = 143;

    private ParentWatch() {}

    /** Watches if the agent has asked for it. */
    public static void start() {
        if (ASKED.equals(System.getenv(VARIABLE))) {
            InputStream input = System.in;
            Thread.ofPlatform().daemon().name("parent-watch").start(() -> watch(input));
        }
    }

    private static void watch(InputStream input) {
        try {
            while (input.read() >= 0) {
                // nothing is ever said
            }
        } catch (IOException gone) {
            // the same
        }
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        Runtime.getRuntime().halt(ENDED);
    }
}
