package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.History;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.JobSettings;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.value.Value.Mapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class JobCommandsTest {
    private static final ClusterView VIEW = new ClusterView(
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Leader("a", 1, 1)),
            Status.UNKNOWN,
            List.of(new Member("a", Mapping.empty().with("conn_url", "postgres://[::1]:5433/postgres"), 1, 1)),
            Optional.empty(),
            SyncState.NONE,
            History.EMPTY,
            Map.of());

    private static List<List<String>> commands(String self, JobKind kind, Mapping section) {
        DynamicConfiguration config = new DynamicConfiguration(Mapping.empty().with("backup_jobs", section), 1);
        return new JobCommands(Optional.of(Path.of("/etc/node.yml")), self).of(kind, JobSettings.of(config), VIEW);
    }

    @Test
    void aReplicaKnowsWhereTheSegmentIsEnded() {
        assertThat(commands("b", JobKind.BASE, Mapping.empty().with("max_rate", "50MB")))
                .containsExactly(List.of(
                        "backup",
                        "create",
                        "-c",
                        "/etc/node.yml",
                        "--json",
                        "--max-rate",
                        "50MB",
                        "--primary",
                        "[::1]:5433"));
        assertThat(commands("a", JobKind.INCREMENTAL, Mapping.empty()))
                .containsExactly(List.of("backup", "create", "-c", "/etc/node.yml", "--json", "--incremental"));
    }

    @Test
    void backupsAndDumpsExpire() {
        assertThat(commands("a", JobKind.EXPIRE, Mapping.empty()))
                .containsExactly(
                        List.of("backup", "expire", "-c", "/etc/node.yml"),
                        List.of("dump", "expire", "-c", "/etc/node.yml"));
    }

    @Test
    void whereBaseBackupsAreScheduledADrillNeedsOne() {
        assertThat(commands("a", JobKind.DRILL, Mapping.empty().with("dump", "@daily")))
                .containsExactly(List.of("drill", "-c", "/etc/node.yml", "--json"));
        assertThat(commands("a", JobKind.DRILL, Mapping.empty().with("base", "@daily")))
                .containsExactly(List.of("drill", "-c", "/etc/node.yml", "--json", "--require-backup"));
    }

    @Test
    void withoutAFileOnlyTheEnvironmentCounts() {
        assertThat(new JobCommands(Optional.empty(), "a").catalogue())
                .containsExactly("backup", "list", "--format", "json");
    }

    @Test
    void theProgramIsWhatComesBeforeTheAgent() {
        assertThat(OwnProgram.of("/bin/m", List.of("m", "agent", "-Xmx32m", "/etc/agent")))
                .containsExactly("/bin/m");
        assertThat(OwnProgram.of("/bin/java", List.of("java", "-Xmx99m", "-jar", "m.jar", "agent", "c.yml")))
                .containsExactly("/bin/java", "-jar", "m.jar");
    }
}
