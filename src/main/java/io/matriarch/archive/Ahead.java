package io.matriarch.archive;

import java.io.IOException;
import java.util.List;

/** Starts a process of this program that works ahead. */
interface Ahead {
    /** The verb for archiving what waits: {@code push-ahead PATH}. */
    String PUSH = "push-ahead";

    /** The verb for fetching what comes next: {@code fetch-ahead NAME DEST SEGMENTSIZE}. */
    String FETCH = "fetch-ahead";

    /** @param arguments of the program */
    void start(List<String> arguments) throws IOException;
}
