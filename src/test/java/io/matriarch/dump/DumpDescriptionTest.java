package io.matriarch.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.backup.MalformedBackup;
import io.matriarch.archive.backup.StoredPart;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DumpDescriptionTest {
    private static final DumpDescription DUMP = Examples.dump(
            "one",
            Instant.parse("2026-11-27T12:00:00Z"),
            List.of(new StoredPart("dump-parts/1/one/16388.tar.00000001.zst", 100, 50, "ab")));

    @Test
    void whatIsWrittenIsRead() throws Exception {
        assertThat(DumpDescription.parse(DUMP.name(), DUMP.json())).isEqualTo(DUMP);
        assertThat(DUMP.contentSize()).isEqualTo(100);
        assertThat(DUMP.storedSize()).isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "format": 1        | "format": 2         | only a newer version
            "label": "one"     | "label": "two"      | another dump
            "7654321987654321000" | "1"              | another dump
            "2026-11-27T12:00:00Z" | "yesterday"     | stopped isn't a time
            "owner"            | "owned"             | lacks owner
            "pg_dump_version"  | "version"           | lacks the number pg_dump_version
            "content_size": 100 | "content_size": "x" | lacks the number content_size
            "globals": {       | "global": {         | lacks name
            {"format"          | [{"format"          | isn't JSON
            """)
    void whatIsWrongIsNamed(String right, String wrong, String problem) {
        String json = new String(DUMP.json(), StandardCharsets.UTF_8);
        assertThat(json).contains(right);
        byte[] changed = json.replace(right, wrong).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> DumpDescription.parse(DUMP.name(), changed))
                .isInstanceOf(MalformedBackup.class)
                .hasMessageContaining(problem);
    }
}
