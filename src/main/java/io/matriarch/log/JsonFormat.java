package io.matriarch.log;

import io.matriarch.config.LogSettings.Field;
import io.matriarch.config.LogSettings.JsonLines;
import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;

/** A JSON object a line, as Patroni writes it with python-json-logger: a stack trace is the field exc_info. */
final class JsonFormat implements LineFormat {
    private final JsonLines form;
    private final Strftime dates;
    private final boolean traces;

    JsonFormat(JsonLines form, Strftime dates, boolean traces) {
        this.form = form;
        this.dates = dates;
        this.traces = traces;
    }

    @Override
    public boolean needsCaller() {
        return form.fields().stream().map(Field::attribute).anyMatch(Entry::isAboutTheCaller);
    }

    @Override
    public String line(Entry entry) {
        Mapping line = Mapping.empty();
        for (Field field : form.fields()) {
            line = line.with(field.name(), value(entry, field.attribute()));
        }
        if (traces && entry.trace().isPresent()) {
            line = line.with("exc_info", entry.trace().get());
        }
        return Json.spaced(line.patchedWith(form.constants()));
    }

    private Value value(Entry entry, String attribute) {
        return switch (attribute) {
            case "asctime" -> Value.of(dates.format(entry.time()));
            case "message" -> Value.of(LineFormat.message(entry, traces));
            default -> entry.attribute(attribute).orElse(new Value.Null());
        };
    }
}
