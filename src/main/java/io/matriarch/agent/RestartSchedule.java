package io.matriarch.agent;

import io.matriarch.agent.Commands.RestartConditions;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
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
