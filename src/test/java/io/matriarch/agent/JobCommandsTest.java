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
import io.matriarch.value.Value;
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
        List<JobPart> parts = parts(List.of("local"), self, kind, section);
        assertThat(parts).singleElement().extracting(JobPart::repository).isEqualTo(Optional.empty());
        return parts.getFirst().commands();
    }

    private static JobSettings settings(Mapping section) {
        return JobSettings.of(new DynamicConfiguration(Mapping.empty().with("backup_jobs", section), 1));
    }

    private static List<JobPart> parts(List<String> known, String self, JobKind kind, Mapping section) {
        return new JobCommands(Optional.of(Path.of("/n.yml")), self, known).of(kind, settings(section), VIEW);
    }

    /** What a member with two repositories works with. */
    private static List<Optional<String>> repositories(JobKind kind, Mapping named) {
        return parts(List.of("local", "remote"), "a", kind, Mapping.empty().with("repositories", named)).stream()
                .map(JobPart::repository)
                .toList();
    }

    @Test
    void onlyWhatExpiresIsInAllRepositoriesByItself() {
        for (JobKind kind : JobKind.values()) {
            assertThat(repositories(kind, Mapping.empty()))
                    .as(kind.word())
                    .isEqualTo(
                            kind == JobKind.EXPIRE
                                    ? List.of(Optional.of("local"), Optional.of("remote"))
                                    : List.of(Optional.empty()));
        }
        assertThat(parts(List.of("local", "remote"), "a", JobKind.EXPIRE, Mapping.empty())
                        .getLast()
                        .commands())
                .containsExactly(
                        List.of("backup", "expire", "-c", "/n.yml", "--repository", "remote"),
                        List.of("dump", "expire", "-c", "/n.yml", "--repository", "remote"));
    }

    @Test
    void aJobWorksWithTheRepositoriesThatAreNamed() {
        Mapping named = Mapping.empty()
                .with("base", Value.texts(List.of("remote", "local", "remote")))
                .with("expire", Value.texts(List.of("elsewhere")));
        List<Optional<String>> both = List.of(Optional.of("remote"), Optional.of("local"));
        assertThat(repositories(JobKind.BASE, named)).isEqualTo(both);
        assertThat(repositories(JobKind.INCREMENTAL, named)).isEqualTo(both);
        assertThat(repositories(JobKind.INCREMENTAL, named.with("incremental", Value.texts(List.of("local")))))
                .containsExactly(Optional.of("local"));
        assertThat(repositories(JobKind.EXPIRE, named)).containsExactly(Optional.of("elsewhere"));
        assertThat(repositories(JobKind.DRILL, named)).containsExactly(Optional.empty());
        assertThat(new JobCommands(Optional.empty(), "a", List.of())
                        .catalogue(settings(Mapping.empty().with("repositories", named))))
                .containsExactly("backup", "list", "--format", "json", "--repository", "remote");
    }

    @Test
    void aReplicaKnowsWhereTheSegmentIsEnded() {
        assertThat(commands("b", JobKind.BASE, Mapping.empty().with("max_rate", "50MB")))
                .containsExactly(List.of(
                        "backup", "create", "-c", "/n.yml", "--json", "--max-rate", "50MB", "--primary", "[::1]:5433"));
        assertThat(commands("a", JobKind.INCREMENTAL, Mapping.empty()))
                .containsExactly(List.of("backup", "create", "-c", "/n.yml", "--json", "--incremental"));
    }

    @Test
    void backupsAndDumpsExpire() {
        assertThat(commands("a", JobKind.EXPIRE, Mapping.empty()))
                .containsExactly(
                        List.of("backup", "expire", "-c", "/n.yml"), List.of("dump", "expire", "-c", "/n.yml"));
    }

    @Test
    void whereBaseBackupsAreScheduledADrillNeedsOne() {
        assertThat(commands("a", JobKind.DRILL, Mapping.empty().with("dump", "@daily")))
                .containsExactly(List.of("drill", "-c", "/n.yml", "--json"));
        assertThat(commands("a", JobKind.DRILL, Mapping.empty().with("base", "@daily")))
                .containsExactly(List.of("drill", "-c", "/n.yml", "--json", "--require-backup"));
    }

    @Test
    void withoutAFileOnlyTheEnvironmentCounts() {
        assertThat(new JobCommands(Optional.empty(), "a", List.of()).catalogue(settings(Mapping.empty())))
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
