package io.matriarch.doctor;

import java.util.List;

/** One thing to look at. It changes nothing, waits for nothing without a deadline, and says so when it can't tell. */
interface Check {
    /** One or two words. */
    String name();

    /** At least one finding: also when all is well. */
    List<Finding> findings();
}
