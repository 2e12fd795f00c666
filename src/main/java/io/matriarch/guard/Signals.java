package io.matriarch.guard;

import sun.misc.Signal;
import sun.misc.SignalHandler;

/** Signals sent to this process. The only user of sun.misc.Signal, which javac always warns of: the build compiles this file apart. */
public final class Signals {
    private Signals() {}

    /** What nohup makes of HUP, and a shell of other signals in the background, is inherited, and would keep a handler from being set. */
    public static void handleEvenIfIgnored(String name, Runnable reaction) {
        restoreDefault(name);
        handle(name, reaction);
    }

    /** Runs {@code reaction} in another thread whenever the signal (such as TERM) comes; a JVM keeps some for itself, and those stay as they are. */
    public static void handle(String name, Runnable reaction) {
        try {
            Signal.handle(new Signal(name), signal -> reaction.run());
        } catch (IllegalArgumentException reserved) {
            return;
        }
    }

    static void restoreDefault(String name) {
        Signal.handle(new Signal(name), SignalHandler.SIG_DFL);
    }
}
