package io.matriarch.log;

import io.matriarch.config.LogSettings.Form;
import io.matriarch.config.LogSettings.JsonLines;
import io.matriarch.config.LogSettings.Plain;
import java.time.ZoneId;

/** Makes a line of what is logged. */
interface LineFormat {
    /** Without a line end; a stack trace has lines of its own. */
    String line(Entry entry);

    /** Whether {@link #line} looks at who logged. */
    boolean needsCaller();

    /** @param debugging whether stack traces may be wanted only then */
    static LineFormat of(Form form, boolean debugging, ZoneId zone) {
        boolean traces = debugging || !form.tracesOnlyWhenDebugging();
        Strftime dates = new Strftime(form.dateFormat(), zone);
        return switch (form) {
            case Plain plain -> new PlainFormat(plain.format(), dates, traces);
            case JsonLines json -> new JsonFormat(json, dates, traces);
        };
    }

    /** The message, with the exception in Patroni's words where no stack trace follows. */
    static String message(Entry entry, boolean traces) {
        return entry.message()
                + entry.thrown()
                        .filter(_ -> !traces)
                        .map(cause -> ", DETAIL: '" + cause + "'")
                        .orElse("");
    }
}
