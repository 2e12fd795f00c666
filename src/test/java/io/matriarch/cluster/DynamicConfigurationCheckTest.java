package io.matriarch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class DynamicConfigurationCheckTest {
    private static DynamicConfigurationCheck check(String json) {
        return DynamicConfigurationCheck.of((Mapping) Json.parse(json));
    }

    @Test
    void whatPatroniTakesIsTaken() {
        String json = """
                {"ttl":"30","loop_wait":10,"retry_timeout":10,"maximum_lag_on_failover":1048576,"maximum_lag_on_syncnode":-1,
                 "synchronous_mode":"quorum","synchronous_mode_strict":"off","pause":true,"primary_start_timeout":0,"member_slots_ttl":"30 min",
                 "slots":{"a":null},"postgresql":{"parameters":null,"use_slots":true},"standby_cluster":null,"whatever":[1]}""";
        DynamicConfigurationCheck check = check(json);
        assertThat(check.mistakes()).isEmpty();
        assertThat(check.adjusted()).isEmpty();
        assertThat(check.usable()).isEqualTo(Json.parse(json));
    }

    @Test
    @HardCase(59)
    void parametersThatAreNoMappingAndTimingThatIsNoNumberSpoilTheWhole() {
        assertThat(check(
                                "{\"ttl\":\"lots\",\"loop_wait\":{},\"retry_timeout\":99999999999,\"postgresql\":{\"parameters\":[1]}}")
                        .rejected())
                .containsExactly(
                        "ttl: 'lots' isn't a number from 1 to 315360000",
                        "loop_wait: a mapping isn't a number from 1 to 315360000",
                        "retry_timeout: '99999999999' isn't a number from 1 to 315360000",
                        "postgresql.parameters: a list isn't a mapping");
        assertThat(check("{\"postgresql\":7}").rejected()).containsExactly("postgresql: '7' isn't a mapping");
    }

    @Test
    void othersAreLeftOut() {
        DynamicConfigurationCheck check = check(
                "{\"pause\":\"perhaps\",\"synchronous_mode\":2,\"maximum_lag_on_failover\":\"1MB\",\"slots\":[],\"ttl\":20,\"member_slots_ttl\":\"10 apples\"}");
        assertThat(check.rejected()).isEmpty();
        assertThat(check.ignored())
                .containsExactly(
                        "pause: 'perhaps' isn't a boolean; allowed are on, off, true, false",
                        "synchronous_mode: '2' isn't a boolean; allowed are on, off, true, false, quorum",
                        "maximum_lag_on_failover: '1MB' isn't a number from 0 to 9223372036854775807",
                        "slots: a list isn't a mapping",
                        "member_slots_ttl: '10 apples' isn't a time; allowed are seconds, or a number with one of the"
                                + " units ms, s, min, h, d");
        assertThat(check.usable()).isEqualTo(Mapping.empty().with("ttl", 20));
    }

    /** Whoever took a standby cluster for an ordinary one would promote it. */
    @Test
    void aStandbyClusterThatCantWorkIsRefusedAndNotForgotten() {
        DynamicConfigurationCheck check =
                check("{\"standby_cluster\":{\"host\":\"else where\",\"port\":\"5432,70000\"}}");
        assertThat(check.mistakes())
                .containsExactly(
                        "standby_cluster.port: '70000' isn't a number from 1 to 65535",
                        "standby_cluster.host: 'else where' is neither a name nor an address",
                        "standby_cluster.port: 2 ports for 1 hosts");
        assertThat(check("{\"standby_cluster\":{\"host\":\"::1\"}}").mistakes()).isEmpty();
        assertThat(new DynamicConfiguration(check.usable(), 0).standbyCluster()).isTrue();
    }

    @Test
    void aRateThatPostgresWouldRefuseIsRefused() {
        for (String rate : List.of("1", "\"31kB\"", "1048577", "\"2GB\"", "\"50mb\"", "[]", "\"\"")) {
            assertThat(check("{\"backup_jobs\":{\"max_rate\":" + rate + "}}").mistakes())
                    .as(rate)
                    .singleElement()
                    .asString()
                    .startsWith("backup_jobs.max_rate: '")
                    .endsWith("' isn't a rate from 32kB to 1GB, such as 50MB");
        }
        for (String rate : List.of("32", "1048576", "\"32kB\"", "\"50 MB\"", "\"1024MB\"", "\"1GB\"", "null")) {
            assertThat(check("{\"backup_jobs\":{\"max_rate\":" + rate + "}}").mistakes())
                    .as(rate)
                    .isEmpty();
        }
    }

    @Test
    void repositoriesOfJobsAreListsOfNames() {
        assertThat(check("{\"backup_jobs\":{\"repositories\":{\"base\":[\"local\",\"off-site_2\"],\"dump\":null}}}")
                        .mistakes())
                .isEmpty();
        for (String names : List.of("\"local\"", "[]", "[\"local\",{}]", "[\"--help\"]", "{}", "[\"Local\"]")) {
            assertThat(check("{\"backup_jobs\":{\"repositories\":{\"base\":" + names + "}}}")
                            .mistakes())
                    .as(names)
                    .containsExactly("backup_jobs.repositories: base: a list of names is expected here, such as"
                            + " [local, remote], of lower-case letters, digits, - and _");
        }
        assertThat(check("{\"backup_jobs\":{\"repositories\":{\"bse\":[\"local\"]}}}")
                        .mistakes())
                .containsExactly("backup_jobs.repositories: there is no job bse;"
                        + " the jobs are base, incremental, dump, expire, drill");
        assertThat(check("{\"backup_jobs\":{\"repositories\":[\"local\"]}}").mistakes())
                .containsExactly(
                        "backup_jobs.repositories: a mapping of jobs to lists of repositories is expected here,"
                                + " such as {base: [local, remote]}");
    }

    @Test
    void timingThatCantWorkIsTold() {
        assertThat(check("{\"ttl\":5}").adjusted())
                .singleElement()
                .asString()
                .startsWith("ttl=5 can't be used, 20 counts");
        assertThat(check("{\"ttl\":20,\"loop_wait\":10,\"retry_timeout\":5}").adjusted())
                .isEmpty();
        assertThat(check("{\"ttl\":20,\"loop_wait\":11,\"retry_timeout\":5}").adjusted())
                .singleElement()
                .asString()
                .startsWith("loop_wait=11 can't be used, 10 counts");
    }

    @Property
    void whatIsNotRejectedCanBeCounted(@ForAll long ttl, @ForAll @LongRange(min = -5, max = 100) long loopWait) {
        Mapping raw = Mapping.empty().with("ttl", ttl).with("loop_wait", loopWait);
        DynamicConfiguration usable =
                new DynamicConfiguration(DynamicConfigurationCheck.of(raw).usable(), 0);
        assertThat(usable.ttl().toNanos()).isPositive();
        assertThat(usable.loopWait().plus(usable.retryTimeout().multipliedBy(2)))
                .isLessThanOrEqualTo(usable.ttl());
    }
}
