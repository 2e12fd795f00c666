package io.matriarch.agent;

import java.util.OptionalLong;

/** The port to the file systems of data and WAL. Never waits. */
@FunctionalInterface
public interface Disks {
    Space space();

    /** Usable bytes; absent when not known, or known only from long ago. */
    record Space(OptionalLong dataFree, OptionalLong walFree) {
        public static final Space UNKNOWN = new Space(OptionalLong.empty(), OptionalLong.empty());
    }
}
