package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ToolOptionsTest {
    private static Mapping yaml(String text) {
        return (Mapping) Yaml.parse(text);
    }

    @Test
    @HardCase(58)
    void aListAndAMappingAreReadAndWhatTheAgentDecidesIsLeftOut() {
        Set<String> notAllowed = Set.of("dry-run", "source-server");
        assertThat(ToolOptions.of(
                        yaml("rewind: [debug, dry-run, source-server=x, {sync-method: syncfs}]"), "rewind", notAllowed))
                .containsExactly("--debug", "--sync-method=syncfs");
        assertThat(ToolOptions.of(yaml("rewind: {source-server: x, sync-method: fsync}"), "rewind", notAllowed))
                .containsExactly("--sync-method=fsync");
        assertThat(ToolOptions.of(yaml("a: b"), "rewind", notAllowed)).isEmpty();
    }

    @Test
    void aCommandOfTheArchiveIsFilledIn() {
        assertThat(WalArchive.filledIn("cp /a/%f %p; echo 100%% %r %x %", "F", "pg_wal/F"))
                .isEqualTo("cp /a/F pg_wal/F; echo 100% F %x %");
    }
}
