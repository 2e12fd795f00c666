package io.matriarch.time;

import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.word.Pointer;
import org.graalvm.word.PointerBase;

/** Linux' CLOCK_BOOTTIME, for an executable only. */
final class BootClock {
    private static final int CLOCK_BOOTTIME = 7;
    private static final int TIMESPEC_SIZE = 16;
    private static final long NANOS_A_SECOND = 1_000_000_000L;

    private BootClock() {}

    static long nanos() {
        Pointer time = StackValue.get(TIMESPEC_SIZE);
        return clockGetTime(CLOCK_BOOTTIME, time) == 0
                ? time.readLong(0) * NANOS_A_SECOND + time.readLong(Long.BYTES)
                : System.nanoTime();
    }

    @CFunction(value = "clock_gettime", transition = CFunction.Transition.NO_TRANSITION)
    private static native int clockGetTime(int clock, PointerBase time);
}
