package io.matriarch.archive.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.TimelineFork;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class WalPathTest {
    private static final WalRange BACKUP =
            Backups.backup("b", Optional.empty(), Instant.EPOCH, 1, 300, 301).wal();

    @Test
    void aWholeTimelineIsFine() {
        assertThat(path(Map.of(), segments(1, 280, 310)).problems()).isEmpty();
    }

    @Test
    void namesGoOnInTheNextLogFile() {
        assertThat(Backups.segment(1, 255)).isEqualTo("0000000100000000000000FF");
        assertThat(Backups.segment(1, 256)).isEqualTo("000000010000000100000000");
        assertThat(WalPath.number("00000001000000010000002C", Backups.SEGMENT)).isEqualTo(300);
    }

    @Test
    void aMissingSegmentOfTheBackupItselfIsFound() {
        assertThat(path(Map.of(), without(segments(1, 280, 310), Backups.segment(1, 301)))
                        .problems())
                .singleElement()
                .asString()
                .contains(Backups.segment(1, 301), "can't become consistent");
    }

    @Test
    void aGapAfterTheBackupIsFound() {
        assertThat(path(Map.of(), without(segments(1, 280, 310), Backups.segment(1, 305)))
                        .problems())
                .singleElement()
                .asString()
                .contains(Backups.segment(1, 305), "recovery ends there");
    }

    @Test
    void whatIsntArchivedYetIsNoGap() {
        assertThat(path(Map.of(), segments(1, 300, 301)).problems()).isEmpty();
    }

    /** The segment in which the timeline was left is archived whole on the next timeline only. */
    @Test
    void thePathGoesOnAlongTheNextTimeline() {
        Map<Long, List<TimelineFork>> histories = Map.of(2L, List.of(fork(1, 305)));
        Set<String> segments = segments(1, 300, 304);
        segments.addAll(segments(2, 305, 309));
        assertThat(path(histories, segments).problems()).isEmpty();
        assertThat(path(histories, without(segments, Backups.segment(1, 304))).problems())
                .singleElement()
                .asString()
                .contains(Backups.segment(1, 304));
        assertThat(path(histories, without(segments, Backups.segment(2, 305))).problems())
                .singleElement()
                .asString()
                .contains(Backups.segment(2, 305));
    }

    /** Timeline 2 was left for timeline 3 before it had a whole segment of its own. */
    @Test
    void aTimelineMayHaveNoSegmentAtAll() {
        Map<Long, List<TimelineFork>> histories =
                Map.of(2L, List.of(fork(1, 305)), 3L, List.of(fork(1, 305), fork(2, 305)));
        Set<String> segments = segments(1, 300, 304);
        segments.addAll(segments(3, 305, 307));
        assertThat(path(histories, segments).problems()).isEmpty();
    }

    /** Somebody restored to a moment before the backup: that timeline doesn't lead from it. */
    @Test
    void aTimelineThatBeganBeforeTheBackupIsNotOnItsPath() {
        Map<Long, List<TimelineFork>> histories = Map.of(2L, List.of(fork(1, 200)));
        Set<String> segments = segments(1, 300, 304);
        segments.addAll(segments(2, 200, 205));
        assertThat(path(histories, segments).problems()).isEmpty();
    }

    @Test
    void aMissingHistoryFileIsFound() {
        Set<String> segments = segments(1, 300, 304);
        segments.addAll(segments(2, 305, 309));
        assertThat(path(Map.of(), segments).problems())
                .singleElement()
                .asString()
                .contains("00000002.history is missing");
    }

    @Test
    void theNewestSegmentIsOnThePath() {
        assertThat(path(Map.of(), Set.of()).newest()).isEmpty();
        assertThat(path(Map.of(), segments(1, 280, 299)).newest()).isEmpty();
        assertThat(path(Map.of(), without(segments(1, 280, 310), Backups.segment(1, 305)))
                        .newest())
                .contains(Backups.segment(1, 310));
        Map<Long, List<TimelineFork>> histories = Map.of(2L, List.of(fork(1, 305)));
        // the former primary went on archiving, and the new one hasn't begun
        assertThat(path(histories, segments(1, 300, 308)).newest()).contains(Backups.segment(1, 305));
        assertThat(path(histories, segments(2, 305, 309)).newest()).contains(Backups.segment(2, 309));
        // a timeline that began before the backup isn't on it
        assertThat(path(Map.of(2L, List.of(fork(1, 200))), segments(2, 200, 320))
                        .newest())
                .isEmpty();
    }

    @Test
    void historyFilesAreRead() {
        assertThat(TimelineFork.parse("# comment\n\n1\t1/2D000098\tno recovery target specified\n2\t1/30000000\tx y\n"))
                .containsExactly(
                        new TimelineFork(1, Lsn.parse("1/2D000098")), new TimelineFork(2, Lsn.parse("1/30000000")));
    }

    private static WalPath path(Map<Long, List<TimelineFork>> histories, Set<String> segments) {
        return new WalPath(BACKUP, histories, segments);
    }

    private static TimelineFork fork(long timeline, long segment) {
        return new TimelineFork(timeline, new Lsn(segment * Backups.SEGMENT + 152));
    }

    private static Set<String> segments(long timeline, long first, long last) {
        Set<String> segments = new TreeSet<>();
        for (long number = first; number <= last; number++) {
            segments.add(Backups.segment(timeline, number));
        }
        return segments;
    }

    private static Set<String> without(Set<String> segments, String segment) {
        Set<String> fewer = new TreeSet<>(segments);
        assertThat(fewer.remove(segment)).isTrue();
        return fewer;
    }
}
