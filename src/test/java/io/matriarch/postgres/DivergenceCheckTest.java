package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.OperationResult;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DivergenceCheckTest {
    private static final History LEADERS = TimelineHistory.parse(
            "# a comment\n1\t0/3000000\tno recovery target specified\n\n2\t0/5000100\tno recovery target specified\n",
            Optional.empty());

    /** The local history of timeline 2 or 3 is the leader's. */
    private static OperationResult standby(int timeline, String position) {
        return standby(timeline, position, before(timeline, LEADERS));
    }

    private static OperationResult standby(int timeline, String position, History own) {
        return DivergenceCheck.compare(
                new DivergenceCheck.LocalEnd(timeline, Lsn.parse(position), true, Optional.empty()), own, 3, LEADERS);
    }

    private static History before(int timeline, History history) {
        return new History(history.entries().stream()
                .filter(entry -> entry.timeline() < timeline)
                .toList());
    }

    private static History history(String lines) {
        return TimelineHistory.parse(lines, Optional.empty());
    }

    private static OperationResult stopped(String checkpoint, Optional<String> end) {
        return DivergenceCheck.compare(
                new DivergenceCheck.LocalEnd(2, Lsn.parse(checkpoint), false, end.map(Lsn::parse)),
                before(2, LEADERS),
                3,
                LEADERS);
    }

    @Test
    void aStandbyMayHaveReachedTheSwitchAndNoMore() {
        assertThat(standby(2, "0/5000100")).isEqualTo(new OperationResult.InHistory());
        assertThat(standby(1, "0/2FFFFFF")).isEqualTo(new OperationResult.InHistory());
        assertThat(standby(2, "0/5000101")).isInstanceOf(OperationResult.Diverged.class);
        assertThat(standby(1, "0/3000001")).isInstanceOf(OperationResult.Diverged.class);
    }

    @Test
    @HardCase(77)
    void theLeadersTimelineIsInItsHistoryAndALaterOneOrOneThatItLacksIsNot() {
        assertThat(standby(3, "9/0")).isEqualTo(new OperationResult.InHistory());
        assertThat(standby(4, "0/1")).isInstanceOf(OperationResult.Diverged.class);
        assertThat(DivergenceCheck.compare(
                        new DivergenceCheck.LocalEnd(1, Lsn.ZERO, true, Optional.empty()),
                        History.EMPTY,
                        3,
                        History.EMPTY))
                .isInstanceOf(OperationResult.Diverged.class);
    }

    @Test
    void theSameNumberIsAnotherTimelineWhereItBeganElsewhere() {
        String first = "1\t0/3000000\tno recovery target specified\n";
        assertThat(standby(3, "0/5000200", history(first + "2\t0/5000180\tno recovery target specified\n")))
                .isInstanceOfSatisfying(
                        OperationResult.Diverged.class,
                        diverged -> assertThat(diverged.why()).contains("timeline 3 is another one"));
        assertThat(standby(2, "0/4000000", history("1\t0/3000028\tno recovery target specified\n")))
                .isInstanceOf(OperationResult.Diverged.class);
        assertThat(standby(3, "0/5000200", history(first))).isInstanceOf(OperationResult.Diverged.class);
        assertThat(standby(3, "0/5000200", History.EMPTY))
                .as("its own history isn't known")
                .isEqualTo(new OperationResult.InHistory());
    }

    @Test
    @HardCase(66)
    void theEndOfWalIsReadInTheWordsOfAnyVersion() {
        String error = "pg_waldump: error: error in WAL record at 0/5000088: invalid record length at 0/5000100: ";
        assertThat(Rejoin.endOfWal(error + "wanted 24, got 0")).contains(Lsn.parse("0/5000100"));
        assertThat(Rejoin.endOfWal(error + "expected at least 24, got 0")).contains(Lsn.parse("0/5000100"));
        assertThat(Rejoin.endOfWal("rmgr: XLOG len (rec/tot): 114/114, lsn: 0/5000088, desc: CHECKPOINT_SHUTDOWN"))
                .isEmpty();
    }

    /** In a standby cluster the leader may not have got the new timeline yet that is here already. */
    @Test
    void aLeaderThatIsBehindOnTheSameWayLeadsToWhatIsHere() {
        assertThat(behind(1, "0/1000000", LEADERS)).contains(new OperationResult.InHistory());
        assertThat(behind(2, "0/50000FF", LEADERS)).contains(new OperationResult.InHistory());
        assertThat(behind(2, "0/5000100", LEADERS))
                .get()
                .as("where it ought to take the new timeline, or takes another way")
                .isInstanceOf(OperationResult.AtFork.class);
        assertThat(behind(2, "0/5000101", LEADERS)).as("it went another way").isEmpty();
        assertThat(behind(3, "0/1000000", LEADERS)).isEmpty();
        assertThat(behind(2, "0/1000000", History.EMPTY)).isEmpty();
        assertThat(behind(2, "0/4000000", history("1\t0/2000000\tx\n2\t0/5000100\tx\n")))
                .as("its timeline 2 is another one")
                .isEmpty();
    }

    private static Optional<OperationResult> behind(int timeline, String position, History own) {
        return DivergenceCheck.behind(
                timeline,
                Lsn.parse(position),
                before(timeline, LEADERS),
                new DivergenceCheck.LocalEnd(3, Lsn.parse("0/6000000"), true, Optional.empty()),
                own);
    }

    @Test
    void aFormerPrimarysShutdownCheckpointMustEndAtTheSwitch() {
        assertThat(stopped("0/5000088", Optional.of("0/5000100"))).isEqualTo(new OperationResult.InHistory());
        assertThat(stopped("0/5000010", Optional.of("0/5000088"))).isInstanceOf(OperationResult.Diverged.class);
        assertThat(stopped("0/5000088", Optional.empty())).isInstanceOf(OperationResult.Diverged.class);
        assertThat(stopped("0/6000000", Optional.of("0/6000078"))).isInstanceOf(OperationResult.Diverged.class);
    }

    @Test
    void aSourceMustBeOfTheClusterAndAsFar() {
        ControlData local = new ControlData("7", "shut down", Lsn.parse("0/5000000"), 2);
        assertThat(new CloneSource("7", 2, Lsn.parse("0/5000000")).refusesFor(local, false))
                .isEmpty();
        assertThat(new CloneSource("7", 1, Lsn.parse("0/9000000")).refusesFor(local, false))
                .isPresent();
        assertThat(new CloneSource("7", 3, Lsn.parse("0/4FFFFFF")).refusesFor(local, false))
                .isPresent();
        assertThat(new CloneSource("7", 1, Lsn.ZERO).refusesFor(local, true)).isEmpty();
        assertThat(new CloneSource("8", 9, Lsn.parse("9/0")).refusesFor(local, true))
                .isPresent();
    }
}
