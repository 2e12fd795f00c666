package io.matriarch.guard;

/**
 * One process of this machine, and no later one that got its number.
 *
 * @param startTicks when it was started, in clock ticks after boot, as /proc tells
 */
public record ProcessId(long pid, long startTicks) {}
