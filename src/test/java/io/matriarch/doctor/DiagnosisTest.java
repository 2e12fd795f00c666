package io.matriarch.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cli.OutputFormat;
import io.matriarch.doctor.Finding.Level;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How findings are told. */
final class DiagnosisTest {
    private static final Finding WELL = new Finding(Level.OK, "disk", "here", "fine", "");
    private static final Finding DOUBTFUL = new Finding(Level.WARNING, "slots", "a", "idle", "drop it");
    private static final Finding WRONG = new Finding(Level.ERROR, "members", "b", "gone", "start it");
    private static final Finding UNSEEN = new Finding(Level.UNKNOWN, "etcd", "c", "silent", "look");

    @Test
    void theExitCodeIsThatOfTheWorst() {
        assertThat(Diagnosis.exitCode(List.of(WELL, DOUBTFUL))).isZero();
        assertThat(Diagnosis.exitCode(List.of(UNSEEN, WRONG))).isEqualTo(1);
        assertThat(Diagnosis.exitCode(List.of(UNSEEN, DOUBTFUL))).isEqualTo(2);
    }

    @Test
    void aPersonSeesTheWorstFirstAndWhatToDo() {
        assertThat(Diagnosis.text(List.of(WELL, DOUBTFUL, WRONG), OutputFormat.PRETTY, false))
                .isEqualTo("""
                        ERROR    members: b: gone
                                 -> start it
                        WARNING  slots: a: idle
                                 -> drop it
                        1 error, 1 warning, 0 unknown, 1 ok""");
    }

    @Test
    void aProgramSeesAll() {
        assertThat(Diagnosis.text(List.of(WELL, UNSEEN), OutputFormat.JSON, false))
                .contains("\"level\": \"ok\"", "\"level\": \"unknown\"", "\"advice\": \"look\"");
    }

    @Test
    void aCheckThatBreaksOrHangsCantTell() {
        Check broken = new Scripted(() -> {
            throw new IllegalStateException("oops");
        });
        Check hanging = new Scripted(() -> {
            try {
                Thread.sleep(Duration.ofMinutes(1));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        List<Finding> findings = new Examination(Duration.ofMillis(300)).of(List.of(broken, hanging));
        assertThat(findings).extracting(Finding::level).containsExactly(Level.UNKNOWN, Level.UNKNOWN);
        assertThat(findings.get(0).what()).contains("oops");
        assertThat(findings.get(1).what()).isEqualTo("not done in time");
    }

    private record Scripted(Runnable body) implements Check {
        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public List<Finding> findings() {
            body.run();
            return List.of();
        }
    }
}
