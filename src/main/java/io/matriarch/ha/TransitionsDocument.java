package io.matriarch.ha;

import java.util.List;

/** The transition table to read: a diagram in Mermaid, and all rows, in Markdown. */
public final class TransitionsDocument {
    private static final String PREFACE = """
            # What is seen, and what is done

            Every second or so each node looks at the cluster in etcd and at its own PostgreSQL, and takes the first part below whose heading is true, and in it
            the first row that matches. The row says what is done: one thing, whose outcome is part of what is seen next. `row` is the name in traces.
            (`matriarch docs transitions` prints this from `io.matriarch.ha`; a test keeps the file so.)
            """;

    private TransitionsDocument() {}

    /** The whole text. */
    public static String markdown() {
        List<TransitionTable.Part> parts = new TransitionTable().parts();
        StringBuilder text = new StringBuilder(PREFACE);
        text.append("\n```mermaid\n").append(diagram(parts)).append("```\n");
        for (TransitionTable.Part part : parts) {
            text.append("\n## ").append(part.title()).append("\n\n| seen | done | row |\n| --- | --- | --- |\n");
            for (Row row : part.rows()) {
                text.append("| %s | %s | `%s` |\n".formatted(row.when(), row.then(), row.name()));
            }
        }
        return text.toString();
    }

    private static String diagram(List<TransitionTable.Part> parts) {
        StringBuilder text = new StringBuilder("flowchart TD\n    look([look at etcd and PostgreSQL]) --> part0\n");
        for (int i = 0; i < parts.size(); i++) {
            TransitionTable.Part part = parts.get(i);
            text.append("    part%d{\"%s\"} -- yes --> rows%d[\"%s\"] --> look\n"
                    .formatted(i, part.title(), i, count(part.rows().size())));
            if (i + 1 < parts.size()) {
                text.append("    part%d -- no --> part%d\n".formatted(i, i + 1));
            }
        }
        return text.toString();
    }

    private static String count(int rows) {
        return rows == 1 ? "its row" : "the first of its %d rows that matches".formatted(rows);
    }
}
