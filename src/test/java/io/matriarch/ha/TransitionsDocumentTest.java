package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** docs/transitions.md is written from the table; {@code it/transitions} writes it. */
final class TransitionsDocumentTest {
    private static final Path DOCUMENT = Path.of("docs/transitions.md");

    @Test
    void theDocumentIsTheTable() throws IOException {
        if (Boolean.getBoolean("matriarch.write")) {
            Files.writeString(DOCUMENT, TransitionsDocument.markdown());
        }
        assertThat(DOCUMENT)
                .as("%s is old: run it/transitions and commit it", DOCUMENT)
                .hasContent(TransitionsDocument.markdown());
    }

    @Test
    void everyRowHasAName() {
        Set<String> names = new HashSet<>();
        new TransitionTable()
                .rows()
                .forEach(row -> assertThat(names.add(row.name())).as(row.name()).isTrue());
    }
}
