package io.matriarch.agent;

import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.ServerStatus;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** What the loop says: a line for each cycle that has something new to tell, a line when the DCS goes and one when it is back. */
final class LoopLines {
    private static final Logger LOG = Logger.getLogger("io.matriarch.ha");

    private static final int MOST_REMEMBERED = 100;

    private volatile Consumer<String> listener = _ -> {};
    private final Set<String> tried = new HashSet<>();
    private Set<String> broken = Set.of();
    private String last = "";
    private String failure = "";
    private int failures;
    private long lastEnded;
    private String failsafe = "";
    private boolean dcsAnswers = true;

    /** Who hears of each line that isn't the same as the one before, whether it is logged or not. */
    void onChange(Consumer<String> told) {
        listener = told;
    }

    /**
     * A line that repeats the one before is for those who debug, and so is one about the next try of what keeps failing in the same way. One that says why an
     * action failed, or of {@code trouble} that only a person can mend, is a warning.
     *
     * @param repeats whether a person wants to read every line, as often as it comes
     */
    void log(String line, boolean trouble, boolean repeats) {
        if (tried.size() > MOST_REMEMBERED) {
            tried.clear();
        }
        if (!line.equals(last)) {
            listener.accept(line);
        }
        boolean news = !line.equals(last) && (tried.add(line) || failures < 2);
        boolean why = trouble || (!failure.isEmpty() && line.contains(failure));
        LOG.log(news || repeats ? (why ? Logger.Level.WARN : Logger.Level.INFO) : Logger.Level.DEBUG, line);
        last = line;
    }

    void fatal(String line) {
        LOG.fatal(line);
    }

    /** A long action ended. */
    void finished(ServerStatus.Finished ended) {
        if (ended.id() == lastEnded) {
            return;
        }
        lastEnded = ended.id();
        switch (ended.result()) {
            case OperationResult.Failed(String why) -> {
                failures = why.equals(failure) ? failures + 1 : 1;
                failure = why;
            }
            case OperationResult.Succeeded _ -> {
                failures = 0;
                failure = "";
                tried.clear();
            }
            case OperationResult.Cancelled _,
                    OperationResult.Hanging _,
                    OperationResult.InHistory _,
                    OperationResult.AtFork _,
                    OperationResult.Diverged _,
                    OperationResult.WalMissing _ -> {}
        }
    }

    /** Keys in the DCS whose values make no sense; each is told when it gets so. */
    void brokenKeys(Set<String> keys) {
        keys.stream()
                .filter(key -> !broken.contains(key))
                .forEach(key -> LOG.warnf("The key %s in the DCS holds no value that makes sense, it is ignored", key));
        broken = Set.copyOf(keys);
    }

    /** Who doesn't accept that this primary goes on; told when it changes, empty when nobody refuses. */
    void failsafe(String line) {
        if (!line.isEmpty() && !line.equals(failsafe)) {
            LOG.warn(line);
        }
        failsafe = line;
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
