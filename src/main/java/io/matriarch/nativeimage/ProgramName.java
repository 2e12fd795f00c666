package io.matriarch.nativeimage;

import java.util.Optional;
import org.graalvm.nativeimage.ProcessProperties;

/** The name that this program was called with. */
public final class ProgramName {
    /** Stands for the name in a JVM, which doesn't know it. */
    public static final String PROPERTY = "matriarch.program-name";

    private static final String DEFAULT = "matriarch";

    private ProgramName() {}

    /** Without the folders in front: {@code matriarch}, {@code patroni}, {@code patronictl} or whatever a link is named. */
    public static String get() {
        String path = isNative() ? InExecutable.path() : System.getProperty(PROPERTY, DEFAULT);
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static boolean isNative() {
        return System.getProperty("org.graalvm.nativeimage.imagecode") != null;
    }

    /** Loaded only in the executable: in a JVM GraalVM's classes are missing. */
    private static final class InExecutable {
        private static String path() {
            return Optional.ofNullable(ProcessProperties.getArgumentVectorProgramName())
                    .orElse(DEFAULT);
        }
    }
}
