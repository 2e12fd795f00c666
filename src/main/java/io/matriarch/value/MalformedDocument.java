package io.matriarch.value;

import java.util.Optional;

/** A JSON or YAML text that can't be read; the message says where (line and column count from 1) and why. */
public final class MalformedDocument extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final int line;
    private final int column;

    public MalformedDocument(String reason, int line, int column) {
        this(Optional.empty(), reason, line, column);
    }

    private MalformedDocument(Optional<String> source, String reason, int line, int column) {
        super("%sline %d, column %d: %s"
                .formatted(source.map(name -> name + ", ").orElse(""), line, column, reason));
        this.reason = reason;
        this.line = line;
        this.column = column;
    }

    /** The same with the document's name, such as its file, in front. */
    public MalformedDocument in(String source) {
        MalformedDocument named = new MalformedDocument(Optional.of(source), reason, line, column);
        named.initCause(this);
        return named;
    }

    public String reason() {
        return reason;
    }

    public int line() {
        return line;
    }

    public int column() {
        return column;
    }
}
