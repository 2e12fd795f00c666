package io.matriarch.nativeimage;

/** Whether this program is the native executable, and not a JVM's. */
public final class Executable {
    private Executable() {}

    /** Only then may classes that call C be touched. */
    public static boolean isNative() {
        return "runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"));
    }
}
