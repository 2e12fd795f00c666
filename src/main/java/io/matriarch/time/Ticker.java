package io.matriarch.time;

/** A source of monotonic time. The simulator supplies a virtual one. */
@FunctionalInterface
public interface Ticker {
    /** Nanoseconds since an arbitrary origin; only differences mean anything. */
    long nanos();

    /**
     * The machine's clock that nobody sets. In an executable it goes on while the machine is suspended, as the time in etcd does: a lease doesn't outlive a suspension.
     * All processes of a machine share it. A JVM, which is for development, has only {@link System#nanoTime}.
     */
    static Ticker system() {
        return "runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"))
                ? BootClock::nanos
                : System::nanoTime;
    }
}
