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
            Files.writeString(DOCUMENT, text());
        }
        assertThat(DOCUMENT)
                .as("%s is old: run it/transitions and commit it", DOCUMENT)
                .hasContent(text());
    }

    @Test
    void everyRowHasAName() {
        Set<String> names = new HashSet<>();
        new TransitionTable()
                .rows()
                .forEach(row -> assertThat(names.add(row.name())).as(row.name()).isTrue());
    }

    private static String text() {
        StringBuilder text = new StringBuilder("""
                # What is seen, and what is done

                Every second or so each node looks at the cluster in etcd and at its own PostgreSQL, and takes the first part below whose heading is true, and in it
                the first row that matches. The row says what is done: one thing, whose outcome is part of what is seen next. `row` is the name in traces.
                (Written by it/transitions from `io.matriarch.ha`; a test keeps it so.)
                """);
        for (TransitionTable.Part part : new TransitionTable().parts()) {
            text.append("\n## ").append(part.title()).append("\n\n| seen | done | row |\n| --- | --- | --- |\n");
            for (Row row : part.rows()) {
                text.append("| %s | %s | `%s` |\n".formatted(row.when(), row.then(), row.name()));
            }
        }
        return text.toString();
    }
}
