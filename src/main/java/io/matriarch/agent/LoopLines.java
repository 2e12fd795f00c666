package io.matriarch.agent;

import org.jboss.logging.Logger;

/** What the loop says: a line for each cycle that has something new to tell, a line when the DCS goes and one when it is back. */
final class LoopLines {
    private static final Logger LOG = Logger.getLogger("io.matriarch.ha");

    private String last = "";
    private boolean dcsAnswers = true;

    /** A line that repeats the one before is for those who debug. */
    void log(String line) {
        if (line.equals(last)) {
            LOG.debug(line);
        } else {
            LOG.info(line);
        }
        last = line;
    }

    void dcsUnavailable(String why) {
        if (dcsAnswers) {
            LOG.errorf("the DCS can't be read: %s", why);
        }
        dcsAnswers = false;
    }

    void dcsAvailable() {
        if (!dcsAnswers) {
            LOG.info("the DCS can be read again");
        }
        dcsAnswers = true;
    }
}
