package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a standby's log says of its recovery, beside what clients say there. */
final class RecoveryWordsTest {
    private static final String STREAMS = "x [9] LOG:  started streaming WAL from primary at 0/3000000 on timeline 2\n";
    private static final String ENDED = "x [9] FATAL:  terminating walreceiver process due to administrator command\n";
    private static final String STUMBLES = "x [7] LOG:  record with incorrect prev-link 0/2FF8 at 0/3000148\n";

    @Test
    void theReceiversComplaintCountsUntilItStreamsAgain() {
        String refused = """
                x [9] FATAL:  could not connect to the primary server: connection to server at "::1", port 5 failed: FATAL:  password authentication failed for user "r"
                \tconnection to server at "::1", port 5 failed: FATAL:  no pg_hba.conf entry
                """;
        RecoveryWords words = RecoveryWords.in(STUMBLES + refused);
        assertThat(words.complaint()).get().asString().endsWith("password authentication failed for user \"r\"");
        assertThat(words.stumble()).contains("LOG:  record with incorrect prev-link 0/2FF8 at 0/3000148");
        assertThat(RecoveryWords.in(refused + STREAMS).complaint()).isEmpty();
        assertThat(RecoveryWords.in("FATAL:  highest timeline 13 of the primary is behind recovery timeline 14")
                        .complaint())
                .contains("FATAL:  highest timeline 13 of the primary is behind recovery timeline 14");
        assertThat(RecoveryWords.in("x LOG:  new timeline 3 forked off current database system timeline 2 before"
                                + " current recovery point 0/1")
                        .complaint())
                .isPresent();
    }

    @Test
    void theSegmentIsTheOneThatThisServerAsksForAndNotWhatItsOwnStandbysAskFor() {
        String gone = "requested WAL segment 000000020000000000000039 has already been removed";
        assertThat(RecoveryWords.in("x FATAL:  could not receive data from WAL stream: ERROR:  " + gone)
                        .removed())
                .contains("000000020000000000000039");
        assertThat(RecoveryWords.in("x ERROR:  " + gone).removed()).isEmpty();
    }

    @Test
    void clientsAreNotHeard() {
        RecoveryWords words = RecoveryWords.in("""
                x ERROR:  cannot execute INSERT in a read-only transaction
                x STATEMENT:  SELECT 'FATAL:  could not connect to the primary server: '
                \tFATAL:  could not connect to the primary server: in its second line
                x LOG:  statement: SELECT 'FATAL:  could not connect to the primary server: '
                x FATAL:  password authentication failed for user "me"
                x LOG:  could not receive data from client: Connection reset by peer
                x LOG:  invalid length of startup packet
                x ERROR:  could not connect to the primary server: a function of somebody's
                """);
        assertThat(words.complaint()).isEmpty();
        assertThat(words.stumble()).isEmpty();
    }

    /** PostgreSQL tells of the record once, and ends each stream that brings the same again. */
    @Test
    void whoEndsEachStreamAtTheSamePlaceCanNotGoOnWithWhatItIsSent() {
        String once = STREAMS + STUMBLES + ENDED;
        assertThat(RecoveryWords.in(once + (STREAMS + ENDED).repeat(2)).endsEachStream())
                .isTrue();
        assertThat(RecoveryWords.in(once + STREAMS + ENDED).endsEachStream()).isFalse();
        assertThat(RecoveryWords.in(once + (STREAMS + ENDED).repeat(2) + STREAMS.replace("0/3", "0/4"))
                        .endsEachStream())
                .as("it has come on")
                .isFalse();
        String cut = "x FATAL:  could not receive data from WAL stream: server closed the connection unexpectedly\n";
        assertThat(RecoveryWords.in((STREAMS + cut).repeat(9) + ENDED).endsEachStream())
                .as("others end it")
                .isFalse();
        String pointedElsewhere = "x LOG:  WAL receiver process shutdown requested\n";
        assertThat(RecoveryWords.in((pointedElsewhere + ENDED + STREAMS).repeat(9))
                        .endsEachStream())
                .as("it was pointed elsewhere")
                .isFalse();
    }
}
