package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done about a server that doesn't answer, died, or lost its files; single decisions. */
final class ServerTroubleRowsTest {
    private static final Action SLOTS_DONE = new Action.SyncSlots(List.of(), List.of());
    private static final Action NAMES_DONE = new Action.SetStandbyNames(Optional.empty());

    private static Scene primary() {
        return new Scene().ledBy("a").primary().done(NAMES_DONE).done(SLOTS_DONE);
    }

    @Test
    @HardCase(53)
    void aPrimaryThatDoesNotAnswerIsAPrimaryStill() {
        assertThat(primary().silent().decide().line()).contains("no action. I am (a), the leader with the lock");
        assertThat(new Scene().ledBy("b").primary().silent().decide().line())
                .as("and without the lock it must end")
                .contains("demoting self because I do not have the lock and I was a leader");
    }

    @ParameterizedTest
    @HardCase(70)
    @ValueSource(strings = {"in production", "in crash recovery", "shutting down", "shut down"})
    void aPrimaryThatDiedWithTheLockIsStartedAsThePrimaryThatItWas(String clusterState) {
        assertThat(primary().died(clusterState).decide().action())
                .isInstanceOfSatisfying(
                        Action.Begin.class,
                        begin -> assertThat(begin.operation()).isInstanceOfSatisfying(Operation.Start.class, start -> {
                            assertThat(start.as()).isEqualTo(Operation.Start.As.PRIMARY);
                            assertThat(start.follow()).isEmpty();
                        }));
    }

    @Test
    @HardCase(75)
    void aRunningPrimaryWhoseDirectoryCannotBeReadGoesOn() {
        assertThat(primary()
                        .dataDirectory(new DataDirectory.Unreadable("Input/output error"))
                        .decide()
                        .line())
                .contains("no action. I am (a), the leader with the lock");
    }

    private static final Observation.Request REINITIALIZE = new Observation.Request.Reinitialize(false, false);
    private static final Observation.Request RESTART = new Observation.Request.Restart(Optional.empty());
    private static final String PAUSE = "{\"pause\":true}";

    private static Operation begun(Scene scene) {
        return ((Action.Begin) scene.decide().action()).operation();
    }

    @Test
    void dataThatCannotBeReadAreClonedAgainWhenAPersonAsksForIt() {
        Scene unreadable = new Scene().ledBy("b").dataDirectory(new DataDirectory.Unreadable("no pg_control"));
        assertThat(unreadable.stopped().decide().line()).contains("data directory is not accessible: no pg_control");
        assertThat(begun(unreadable.asked(REINITIALIZE))).isInstanceOf(Operation.Reinitialize.class);
        assertThat(begun(new Scene().ledBy("b").ofCluster("0").stopped().asked(REINITIALIZE)))
                .as("pg_control is zeroed")
                .isInstanceOf(Operation.Reinitialize.class);
        assertThat(begun(new Scene().ledBy("b").config(PAUSE).stopped().asked(REINITIALIZE)))
                .as("maintenance mode")
                .isInstanceOf(Operation.Reinitialize.class);
        Scene empty = new Scene().ledBy("b").config(PAUSE).empty();
        assertThat(empty.decide().line()).contains("running with empty data directory");
        assertThat(begun(empty.asked(REINITIALIZE)))
                .as("maintenance mode, empty")
                .isInstanceOf(Operation.Reinitialize.class);
    }

    @Test
    void inMaintenanceModeARestartStartsADeadPrimaryWithTheLock() {
        Scene scene = new Scene().ledBy("").config(PAUSE).primary().died("in production");
        assertThat(scene.decide().line()).contains("postgres is not running");
        assertThat(scene.asked(RESTART).decide().action()).isInstanceOf(Action.AcquireLeaderLock.class);
        assertThat(begun(scene.ledBy("a")))
                .isInstanceOfSatisfying(
                        Operation.Start.class, start -> assertThat(start.as()).isEqualTo(Operation.Start.As.PRIMARY));
        assertThat(scene.ledBy("b").decide().action())
                .as("beside another leader")
                .isInstanceOf(Action.Idle.class);
    }

    @Test
    void aKilledPrimaryThatHangsInTheKernelLosesTheLockButNotAnyOther() {
        Operation stop = new Operation.Stop(Operation.Stop.Mode.IMMEDIATE, false, "handing over");
        Scene hanging = new Scene().ledBy("a").starting().ended(stop, new OperationResult.Hanging("disk"));
        assertThat(hanging.decide().action()).isEqualTo(new Action.ReleaseLeaderLock(Optional.empty()));
        Scene failed = new Scene().ledBy("a").starting().ended(stop, new OperationResult.Failed("frozen"));
        assertThat(failed.decide().action()).isInstanceOf(Action.Idle.class);
    }

    @Test
    void inMaintenanceModeARestartStartsADeadStandby() {
        Scene scene = new Scene().ledBy("b").config(PAUSE).stopped();
        assertThat(scene.decide().action()).isInstanceOf(Action.Idle.class);
        assertThat(begun(scene.asked(RESTART)))
                .isInstanceOfSatisfying(
                        Operation.Start.class, start -> assertThat(start.as()).isEqualTo(Operation.Start.As.REPLICA));
    }

    @Test
    @HardCase(87)
    void aPostmasterWhoseDirectoryIsGoneIsStoppedBeforeTheLockIsReleased() {
        Scene scene = primary().dataDirectory(new DataDirectory.Empty());
        assertThat(scene.decide().action())
                .isInstanceOfSatisfying(
                        Action.Begin.class,
                        begin -> assertThat(begin.operation())
                                .isInstanceOfSatisfying(
                                        Operation.Stop.class,
                                        stop -> assertThat(stop.mode()).isEqualTo(Operation.Stop.Mode.IMMEDIATE)));
        assertThat(scene.stopped().decide().action()).isEqualTo(new Action.ReleaseLeaderLock(Optional.empty()));
    }
}
