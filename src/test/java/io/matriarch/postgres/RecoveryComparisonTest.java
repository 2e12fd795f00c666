package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.postgres.RecoveryComparison.Current;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a standby's recovery is as it is wanted (reference 6.5). */
final class RecoveryComparisonTest {
    private static final int V15 = 150_004;

    private static java.util.Set<String> differences(Map<String, String> wanted, String name, Current current) {
        return RecoveryComparison.differences(wanted, Map.of(name, current), V15);
    }

    @Test
    void aConnectionStringIsTheSameWhenAllThatIsWantedIsThere() {
        Map<String, String> wanted = Map.of("primary_conninfo", "dbname=a host=h password=it\\'s\\ x");
        assertThat(differences(
                        wanted, "primary_conninfo", new Current("host='h' password='it\\'s x' dbname=b more=1", true)))
                .isEmpty();
        assertThat(differences(wanted, "primary_conninfo", new Current("host=other password='it\\'s x'", true)))
                .containsExactly("primary_conninfo");
        assertThat(differences(Map.of(), "primary_conninfo", new Current("host=h", true)))
                .containsExactly("primary_conninfo");
        assertThat(RecoveryComparison.differences(
                        wanted,
                        Map.of("primary_conninfo", new Current("host=h password='it\\'s x' dbname=b", true)),
                        170_000))
                .containsExactly("primary_conninfo");
    }

    @Test
    @HardCase(80)
    void delaysCompareInMillisecondsWhateverTheirUnit() {
        assertThat(differences(
                        Map.of("recovery_min_apply_delay", "5s"),
                        "recovery_min_apply_delay",
                        new Current("5000", true)))
                .isEmpty();
        assertThat(differences(
                        Map.of("recovery_min_apply_delay", "5s"), "recovery_min_apply_delay", new Current("5", true)))
                .containsExactly("recovery_min_apply_delay");
    }

    /** A person's own setting in an included file stays, one of ours that is dropped goes. */
    @Test
    @HardCase(81)
    void whatIsNotWantedMayComeFromAPersonsFile() {
        assertThat(differences(Map.of(), "archive_cleanup_command", new Current("x", false)))
                .isEmpty();
        assertThat(differences(Map.of(), "archive_cleanup_command", new Current("x", true)))
                .containsExactly("archive_cleanup_command");
        assertThat(differences(Map.of(), "recovery_target_name", new Current("x", false)))
                .containsExactly("recovery_target_name");
    }

    @Test
    void aSlotMattersOnlyWithSomebodyToFollow() {
        assertThat(differences(Map.of(), "primary_slot_name", new Current("x", true)))
                .isEmpty();
        assertThat(differences(Map.of("primary_conninfo", "host=h"), "primary_slot_name", new Current("x", true)))
                .containsExactly("primary_slot_name");
    }
}
