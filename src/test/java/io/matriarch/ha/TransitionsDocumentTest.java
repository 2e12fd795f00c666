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
    private static final Path PICTURE = Path.of("docs/pictures/loop.svg");

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
    void thePictureIsTheTable() throws IOException {
        if (Boolean.getBoolean("matriarch.write")) {
            Files.writeString(PICTURE, LoopPicture.svg());
        }
        assertThat(PICTURE)
                .as("%s is old: run it/transitions and commit it", PICTURE)
                .hasContent(LoopPicture.svg());
    }

    @Test
    void everyRowHasAName() {
        Set<String> names = new HashSet<>();
        new TransitionTable()
                .rows()
                .forEach(row -> assertThat(names.add(row.name())).as(row.name()).isTrue());
    }
}
