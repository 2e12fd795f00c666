package io.matriarch.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.PostgresState;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of reference 4.4. */
final class HealthCheckTest {
    private static Looks look(String state) {
        return switch (state) {
            case "primary" -> Looks.primary();
            case "replica" -> Looks.replica();
            case "noloadbalance" -> Looks.replica("tags: {noloadbalance: true}\n");
            case "tagged" -> Looks.replica("tags: {zone: west, fast: true}\n");
            case "former" -> Looks.formerPrimary();
            case "stopping" -> Looks.primaryThatIsStopped(PostgresState.STOPPING);
            case "handsOver" -> Looks.primaryThatIsStopped(PostgresState.STOPPED);
            case "stopped" -> Looks.stopped();
            case "alone" -> Looks.replicaWithoutDcs();
            case "paused" -> Looks.pausedPrimaryWithoutDcs();
            case "standbyLeader" -> Looks.standbyLeader();
            case "demotedSoon" -> Looks.primaryOfStandbyCluster();
            case "hanging" -> Looks.replica().aged(Duration.ofSeconds(31));
            default -> throw new IllegalArgumentException(state);
        };
    }

    private static HealthCheck check(String state, String query) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        Arrays.stream(query.split("&", -1))
                .filter(pair -> !pair.isEmpty())
                .map(pair -> pair.split("=", 2))
                .forEach(pair -> parameters.put(pair[0], List.of(pair[1])));
        Looks look = look(state);
        return new HealthCheck(look.snapshot(), look.status(), parameters, Looks.NOW);
    }

    /** The former primary has lost its lease; those that are stopped, in order to hand over, have it still. */
    @HardCase(19)
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            primary       | 200: / /primary /master /leader /read-write /read-only /health /read-only-sync /xprimaryx | 503: /replica /async /sync /quorum /standby-leader /standby_leader /nonsense
            standbyLeader | 200: /leader /standby-leader /standby_leader /read-only /health | 503: / /primary /master /read-write /replica /async
            demotedSoon   | 200: /leader /health | 503: / /primary /standby-leader /replica /read-only
            replica       | 200: /replica /read-only /async /asynchronous /health | 503: / /primary /leader /master /read-write /sync /quorum /standby-leader /read-only-sync /read-only-quorum /nonsense
            noloadbalance | 200: /health | 503: / /replica /read-only /async
            former        | 200: /health | 503: / /primary /leader /replica /read-only /async
            handsOver     | 200:         | 503: / /primary /leader /replica /read-only /async /health
            stopping      | 200:         | 503: / /primary /leader /replica /read-only /async /health
            stopped       | 200:         | 503: / /primary /leader /replica /read-only /async /health
            alone         | 200: /replica /read-only /health | 503: / /primary /leader /async
            paused        | 200: / /primary /leader /read-only /health | 503: /replica /async
            hanging       | 200:         | 503: / /primary /replica /read-only /health
            """)
    void paths(String state, String fine, String unavailable) {
        assertThat(words(fine))
                .allSatisfy(
                        path -> assertThat(check(state, "").code(path)).as(path).isEqualTo(200));
        assertThat(words(unavailable))
                .allSatisfy(
                        path -> assertThat(check(state, "").code(path)).as(path).isEqualTo(503));
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.replaceFirst("^\\d+: *", "").split(" ", -1))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "replica, /replica, lag=1000, 200",
        "replica, /replica, lag=999, 503",
        "replica, /replica, lag=1kB, 200",
        "replica, /replica, lag=nonsense, 200",
        "replica, /read-only, lag=10, 503",
        "replica, /async, lag=10, 503",
        "primary, /read-only, lag=10, 200",
        "replica, /replica, replication_state=streaming, 200",
        "replica, /replica, replication_state=in archive recovery, 503",
        "tagged, /replica, tag_zone=west, 200",
        "tagged, /replica, tag_zone=east, 503",
        "tagged, /replica, tag_fast=true, 200",
        "tagged, /replica, tag_none=x, 503",
        "tagged, /health, tag_zone=east, 503",
        "primary, /primary, tag_zone=west, 200",
        "primary, /read-only, tag_zone=west, 503",
    })
    void queries(String state, String path, String query, int code) {
        assertThat(check(state, query).code(path)).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "primary, '', true",
        "replica, '', true",
        "replica, lag=1000, true",
        "replica, lag=999, false",
        "replica, lag=500&mode=write, true",
        "former, '', false",
        "stopped, '', false",
        "alone, '', false",
        "hanging, '', false",
    })
    void readiness(String state, String query, boolean ready) {
        assertThat(check(state, query).ready()).isEqualTo(ready);
    }

    @Test
    void livenessIsTheLoops() {
        assertThat(alive(Looks.primary().aged(Duration.ofSeconds(29)))).isTrue();
        assertThat(alive(Looks.primary().aged(Duration.ofSeconds(31)))).isFalse();
        assertThat(alive(Looks.replica().aged(Duration.ofSeconds(59)))).isTrue();
        assertThat(alive(Looks.replica().aged(Duration.ofSeconds(61)))).isFalse();
        assertThat(alive(Looks.pausedPrimaryWithoutDcs().aged(Duration.ofHours(1))))
                .isTrue();
    }

    private static boolean alive(Looks look) {
        return new HealthCheck(look.snapshot(), look.status(), Map.of(), Looks.NOW).alive();
    }

    @Test
    void aPrimaryThatHasNotAnsweredForTtlIsNone() {
        Looks primary = Looks.primary();
        assertThat(check(primary.silent(Duration.ofSeconds(29))).code("/primary"))
                .isEqualTo(200);
        assertThat(check(primary.silent(Duration.ofSeconds(31))).code("/primary"))
                .isEqualTo(503);
    }

    private static HealthCheck check(Looks look) {
        return new HealthCheck(look.snapshot(), look.status(), Map.of(), Looks.NOW);
    }
}
