package io.matriarch.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProcessTableTest {
    private final ProcessTable table = new ProcessTable();

    @Test
    void aNameMayHoldAnything() {
        String rest = " S 7 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0";
        assertThat(ProcessTable.parse("12 (a) (b c)" + rest))
                .contains(new ProcessTable.Entry(new ProcessId(12, 4711), 7, "a) (b c"));
        assertThat(ProcessTable.parse("12 (x)" + rest.replace(" S ", " Z "))).isEmpty();
        assertThat(ProcessTable.parse("12 (x")).isEmpty();
    }

    @Test
    void aProcessAndItsDescendantsAreFoundUntilTheyEnd() throws Exception {
        Process shell = new ProcessBuilder(List.of("sh", "-c", "sleep 100 & sleep 100 & wait")).start();
        try {
            ProcessId id = table.entry(shell.pid()).orElseThrow().id();
            org.awaitility.Awaitility.await()
                    .atMost(20, TimeUnit.SECONDS)
                    .until(() -> table.families(Set.of(id)).size() == 3);
            assertThat(table.families(Set.of(id))).contains(id);
            assertThat(table.families(Set.of(new ProcessId(id.pid(), id.startTicks() + 1))))
                    .isEmpty();
            assertThat(table.isAlive(id)).isTrue();
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly().waitFor();
            assertThat(table.isAlive(id)).isFalse();
            assertThat(table.entry(shell.pid())).isEqualTo(Optional.empty());
        } finally {
            shell.destroyForcibly();
        }
    }
}
