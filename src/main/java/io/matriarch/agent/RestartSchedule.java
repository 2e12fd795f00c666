package io.matriarch.agent;

import io.matriarch.agent.Commands.RestartConditions;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.time.IsoTime;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/** A restart kept for later, in memory and in the member key (reference 5.17), and the conditions under which any restart happens. */
final class RestartSchedule {
    private RestartSchedule() {}

    /** Why the server as it is now is not one that the caller wants restarted; absent when it is. */
    static Optional<String> unwanted(RestartConditions conditions, ServerStatus server) {
        boolean roleFits = conditions.role().map(server.role().text()::equals).orElse(true);
        boolean versionFits = conditions
                .olderThan()
                .map(version -> number(version)
                        > server.reading().map(ServerReading::version).orElse(0))
                .orElse(true);
        boolean pendingFits =
                !conditions.onlyIfPending() || !server.pendingRestart().isEmpty();
        String why = !pendingFits
                ? "pending restart flag is not set"
                : !versionFits ? "postgres version mismatch" : !roleFits ? "host role mismatch" : "";
        return Optional.of(why).filter(text -> !text.isEmpty());
    }

    /** What is to become of a scheduled restart. */
    sealed interface Due {
        /** Its time has not come. */
        record NotYet() implements Due {}

        /** It is to be carried out. */
        record Now() implements Due {}

        /** It is forgotten; why, for the log. */
        record Never(String why) implements Due {}
    }

    /**
     * Whether its time has come; never when it was missed by more than one and a half {@code loopWait}, when the server was started anew since it was asked for, and when
     * at its time the server is not one that was meant.
     *
     * @param server as last seen
     */
    static Due due(Scheduled planned, Optional<ServerStatus> server, Instant now, Duration loopWait) {
        Optional<Instant> started = server.flatMap(ServerStatus::reading).map(ServerReading::postmasterStart);
        boolean another = started.isPresent()
                && planned.postmasterStart().isPresent()
                && !started.equals(planned.postmasterStart());
        if (another) {
            return new Due.Never(
                    "Cancelling scheduled restart: postgres restart has already happened at " + text(started.get()));
        }
        if (now.isAfter(planned.at().plus(loopWait.multipliedBy(3).dividedBy(2)))) {
            return new Due.Never("Found a stale restart value, cleaning up: " + text(planned.at()));
        }
        return now.isBefore(planned.at()) ? new Due.NotYet() : atItsTime(planned.conditions(), server);
    }

    private static Due atItsTime(RestartConditions conditions, Optional<ServerStatus> server) {
        Optional<ServerStatus> answering = server.filter(seen -> seen.reading().isPresent());
        Optional<String> obstacle = answering.isEmpty()
                ? Optional.of("PostgreSQL doesn't answer")
                : unwanted(conditions, answering.get()).map(why -> "restart conditions are not satisfied: " + why);
        return obstacle.<Due>map(why -> new Due.Never("Scheduled restart: " + why))
                .orElseGet(Due.Now::new);
    }

    private static String text(Instant moment) {
        return IsoTime.format(moment.atOffset(ZoneOffset.UTC));
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
