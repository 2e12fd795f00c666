package io.matriarch.guard;

import io.matriarch.guard.GuardEvent.AgentExiting;
import io.matriarch.guard.GuardEvent.AgentReady;
import io.matriarch.guard.GuardEvent.AgentStoppable;
import io.matriarch.guard.GuardEvent.LeaseRenewed;
import java.util.Optional;

/** The lines that the agent sends its guard: {@code stoppable}, {@code ready}, {@code lease NANOS}, {@code exiting CODE}. */
final class LinkProtocol {
    private static final String STOPPABLE = "stoppable";
    private static final String READY = "ready";
    private static final String LEASE = "lease ";
    private static final String EXITING = "exiting ";

    private LinkProtocol() {}

    static String stoppable() {
        return STOPPABLE;
    }

    static String ready() {
        return READY;
    }

    static String lease(long until) {
        return LEASE + until;
    }

    static String exiting(int code) {
        return EXITING + code;
    }

    /** What a line means; absent when it means nothing to this guard. */
    static Optional<GuardEvent> parse(String line) {
        try {
            if (line.equals(STOPPABLE)) {
                return Optional.of(new AgentStoppable());
            }
            if (line.equals(READY)) {
                return Optional.of(new AgentReady());
            }
            if (line.startsWith(LEASE)) {
                return Optional.of(new LeaseRenewed(Long.parseLong(line.substring(LEASE.length()))));
            }
            if (line.startsWith(EXITING)) {
                int code = Integer.parseInt(line.substring(EXITING.length()));
                return code >= 0 && code <= 255 ? Optional.of(new AgentExiting(code)) : Optional.empty();
            }
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
        return Optional.empty();
    }
}
