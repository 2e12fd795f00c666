package io.matriarch.log;

import io.matriarch.config.LogSettings.Field;
import io.matriarch.config.LogSettings.JsonLines;
import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A JSON object a line, as Patroni writes it with python-json-logger: a stack trace is the field exc_info. */
final class JsonFormat implements LineFormat {
    private static final String TRACE = "exc_info";

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
        if (form.fields().stream().noneMatch(field -> field.attribute().equals(TRACE))) {
            line = line.with(TRACE, trace(entry));
        }
        for (Map.Entry<String, Value> constant : form.constants().entries().entrySet()) {
            line = line.with(constant.getKey(), constant.getValue());
        }
        return Json.spaced(line);
    }

    private Optional<Value> trace(Entry entry) {
        return entry.trace().filter(_ -> traces).map(Value::of);
    }

    private Value value(Entry entry, String attribute) {
        return switch (attribute) {
            case "asctime" -> Value.of(dates.format(entry.time()));
            case "message", "msg" -> Value.of(LineFormat.message(entry, traces));
            case "args" -> new Value.Sequence(List.of()); // they are in the message
            case TRACE -> trace(entry).orElse(new Value.Null());
            default -> entry.attribute(attribute).orElse(new Value.Null());
        };
    }
}
