package io.matriarch.guard;

import io.matriarch.guard.GuardEvent.AgentAlive;
import io.matriarch.guard.GuardEvent.AgentExiting;
import io.matriarch.guard.GuardEvent.AgentReady;
import io.matriarch.guard.GuardEvent.AgentStatus;
import io.matriarch.guard.GuardEvent.AgentStoppable;
import io.matriarch.guard.GuardEvent.Fenced;
import io.matriarch.guard.GuardEvent.Unfenced;
import java.util.Optional;

/**
 * The lines that the agent sends its guard: {@code stoppable}, {@code ready}, {@code alive}, {@code fence PID START_TICKS NANOS}, {@code unfence}, {@code exiting CODE},
 * {@code status TEXT}.
 */
final class LinkProtocol {
    private static final String STOPPABLE = "stoppable";
    private static final String READY = "ready";
    private static final String ALIVE = "alive";
    private static final String FENCE = "fence ";
    private static final String UNFENCE = "unfence";
    private static final String EXITING = "exiting ";
    private static final String STATUS = "status ";

    /** A pipe takes a line of this length at once or not at all, and a person reads it in one. */
    private static final int LONGEST_STATUS = 300;

    private LinkProtocol() {}

    static String stoppable() {
        return STOPPABLE;
    }

    static String ready() {
        return READY;
    }

    static String alive() {
        return ALIVE;
    }

    static String fence(ProcessId postmaster, long until) {
        return FENCE + postmaster.pid() + " " + postmaster.startTicks() + " " + until;
    }

    static String unfence() {
        return UNFENCE;
    }

    static String exiting(int code) {
        return EXITING + code;
    }

    /** In one line of ASCII, whatever the text holds. */
    static String status(String text) {
        String line = text.replaceAll("[^\\x20-\\x7e]", "?");
        return STATUS + line.substring(0, Math.min(line.length(), LONGEST_STATUS));
    }

    /** What a line means; absent when it means nothing to this guard. */
    static Optional<GuardEvent> parse(String line) {
        try {
            return switch (line) {
                case STOPPABLE -> Optional.of(new AgentStoppable());
                case READY -> Optional.of(new AgentReady());
                case ALIVE -> Optional.of(new AgentAlive());
                case UNFENCE -> Optional.of(new Unfenced());
                default -> parseWords(line);
            };
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private static Optional<GuardEvent> parseWords(String line) {
        String[] words = line.split(" ", -1);
        if (line.startsWith(FENCE) && words.length == 4) {
            ProcessId postmaster = new ProcessId(Long.parseLong(words[1]), Long.parseLong(words[2]));
            return postmaster.pid() > 1
                    ? Optional.of(new Fenced(postmaster, Long.parseLong(words[3])))
                    : Optional.empty();
        }
        if (line.startsWith(STATUS)) {
            return Optional.of(new AgentStatus(line.substring(STATUS.length())));
        }
        if (line.startsWith(EXITING)) {
            int code = Integer.parseInt(line.substring(EXITING.length()));
            return code >= 0 && code <= 255 ? Optional.of(new AgentExiting(code)) : Optional.empty();
        }
        return Optional.empty();
    }
}
