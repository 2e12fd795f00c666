package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The faults in which a lease without a fence makes two primaries. it/faults tries all, and Patroni too. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@EnabledIfSystemProperty(
        named = "matriarch.agent",
        matches = "matriarch",
        disabledReason = "only the native executable has a guard and a keeper")
@ExtendWith(LogsOnFailure.class)
final class FaultTableIT {
    private static FaultRun run;

    @BeforeAll
    static void start() {
        run = new FaultRun(AgentProgram.chosen());
        LogsOnFailure.show(run.cluster());
    }

    @AfterAll
    static void stop() {
        if (run != null) { // the cluster came up
            run.close();
            LogsOnFailure.deleteUnlessFailed(run.cluster());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"KILL_AGENT_AGAIN", "STOP_AGENT", "KILL_AGENT_AND_GUARD", "ETCD_CUT"})
    void noTwoPrimariesAndNoRowLost(Fault fault) {
        FaultRun.Verdict verdict = run.verdict(fault);
        assertThat(verdict.primaries()).as("two primaries").isEmpty();
        assertThat(verdict.lost()).as("acknowledged rows that are lost").isZero();
        assertThat(verdict.trouble()).isEmpty();
    }
}
