package io.matriarch.agent;

import io.matriarch.agent.Commands.RestartConditions;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A restart kept for later, in memory and in the member key (reference 5.17), and the conditions under which any restart happens. */
final class RestartSchedule {
    private RestartSchedule() {}

    /** Whether the server as it is now is one that the caller wants restarted. */
    static boolean wanted(RestartConditions conditions, ServerStatus server) {
        boolean roleFits = conditions.role().map(server.role().text()::equals).orElse(true);
        boolean versionFits = conditions
                .olderThan()
                .map(version -> number(version)
                        > server.reading().map(ServerReading::version).orElse(0))
                .orElse(true);
        boolean pendingFits =
                !conditions.onlyIfPending() || !server.pendingRestart().isEmpty();
        return roleFits && versionFits && pendingFits;
    }

    /** What is to become of a scheduled restart. */
    enum Due {
        NOT_YET,
        NOW,
        NEVER
    }

    /**
     * Whether its time has come; never when it was missed by more than one and a half {@code loopWait}, or when the server was started anew since it was asked for.
     *
     * @param started when the server that runs now was started, if one answers
     */
    static Due due(Scheduled planned, Optional<Instant> started, Instant now, Duration loopWait) {
        boolean another = started.isPresent()
                && planned.postmasterStart().isPresent()
                && !started.equals(planned.postmasterStart());
        boolean missed = now.isAfter(planned.at().plus(loopWait.multipliedBy(3).dividedBy(2)));
        if (another || missed) {
            return Due.NEVER;
        }
        return now.isBefore(planned.at()) ? Due.NOT_YET : Due.NOW;
    }

    /** 15.4 as 150004, 9.6.3 as 90603. */
    static int number(String version) {
        String[] parts = version.split("\\.", -1);
        int major = Integer.parseInt(parts[0]);
        int minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
        int patch = parts.length > 2 ? Integer.parseInt(parts[2]) : 0;
        return major >= 10 ? major * 10_000 + minor : major * 10_000 + minor * 100 + patch;
    }

    /** A restart of a server that was started anew since is nobody's wish any more. */
    record Scheduled(RestartConditions conditions, Instant at, Optional<Instant> postmasterStart) {}
}
