package io.matriarch.nativeimage;

import org.graalvm.nativeimage.RuntimeOptions;

/** How large the executable's heap may become: by default little, because the agent runs beside PostgreSQL. */
public final class HeapLimit {
    private HeapLimit() {}

    /** Allows at least so many bytes from now on. A JVM has a limit of its own. */
    public static void raise(long bytes) {
        boolean executable = System.getProperty("org.graalvm.nativeimage.imagecode") != null;
        if (executable && Runtime.getRuntime().maxMemory() < bytes) {
            InExecutable.raise(bytes);
        }
    }

    /** Loaded only in the executable: in a JVM GraalVM's classes are missing. */
    private static final class InExecutable {
        private static void raise(long bytes) {
            RuntimeOptions.set("MaxHeapSize", bytes);
        }
    }
}
