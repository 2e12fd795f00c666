package io.matriarch.value;

import io.matriarch.value.Value.Bool;
import io.matriarch.value.Value.Decimal;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Null;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import io.matriarch.value.Value.Whole;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.DumperOptions.Version;
import org.yaml.snakeyaml.emitter.Emitter;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.events.DocumentEndEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.ImplicitTuple;
import org.yaml.snakeyaml.events.MappingEndEvent;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceEndEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.events.StreamEndEvent;
import org.yaml.snakeyaml.events.StreamStartEvent;
import org.yaml.snakeyaml.nodes.Tag;

/** Writes lines of up to 200 characters and Unicode as it is, as patronictl prints it. */
final class YamlWriter {
    private static final int WIDTH = 200;
    private static final @Nullable Mark NO_MARK = null;
    private static final @Nullable String NO_ANCHOR = null;
    private static final @Nullable Version NO_VERSION = null;

    private final Yaml.Order order;
    private final FlowStyle style;
    private final StringWriter out = new StringWriter();
    private final Emitter emitter = new Emitter(out, options());

    /** @param style how collections are written: nested by indentation, or in brackets */
    YamlWriter(Yaml.Order order, FlowStyle style) {
        this.order = order;
        this.style = style;
    }

    String write(Value value) {
        emit(new StreamStartEvent(NO_MARK, NO_MARK));
        emit(new DocumentStartEvent(NO_MARK, NO_MARK, false, NO_VERSION, Map.of()));
        emitValue(value);
        emit(new DocumentEndEvent(NO_MARK, NO_MARK, false));
        emit(new StreamEndEvent(NO_MARK, NO_MARK));
        return out.toString();
    }

    private static DumperOptions options() {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(FlowStyle.BLOCK);
        options.setWidth(WIDTH);
        options.setAllowUnicode(true);
        return options;
    }

    private void emitValue(Value value) {
        switch (value) {
            case Text(String text) -> emitText(text);
            case Whole(long number) -> emitPlain(Long.toString(number), Tag.INT);
            case Decimal(BigDecimal number) -> emitDecimal(number);
            case Bool(boolean truth) -> emitPlain(Boolean.toString(truth), Tag.BOOL);
            case Null() -> emitPlain("null", Tag.NULL);
            case Sequence(List<Value> items) -> {
                emit(new SequenceStartEvent(NO_ANCHOR, Tag.SEQ.getValue(), true, NO_MARK, NO_MARK, style));
                items.forEach(this::emitValue);
                emit(new SequenceEndEvent(NO_MARK, NO_MARK));
            }
            case Mapping(Map<String, Value> entries) -> {
                emit(new MappingStartEvent(NO_ANCHOR, Tag.MAP.getValue(), true, NO_MARK, NO_MARK, style));
                ordered(entries).forEach((key, inner) -> {
                    emitText(key);
                    emitValue(inner);
                });
                emit(new MappingEndEvent(NO_MARK, NO_MARK));
            }
        }
    }

    private Map<String, Value> ordered(Map<String, Value> entries) {
        return switch (order) {
            case KEPT -> entries;
            case SORTED -> new TreeMap<>(entries);
        };
    }

    /** PyYAML reads a fraction only where there is a point, so 1e+16 is written 1.0e+16. */
    private void emitDecimal(BigDecimal number) {
        String text = PythonNumbers.text(number);
        boolean whole = number.scale() == 0;
        emitPlain(text.contains(".") || whole ? text : text.replaceFirst("e", ".0e"), whole ? Tag.INT : Tag.FLOAT);
    }

    private void emitText(String text) {
        boolean plainMeansText = YamlScalar.of(text) == YamlScalar.TEXT;
        emitScalar(text, Tag.STR, new ImplicitTuple(plainMeansText, true), style(text));
    }

    private void emitPlain(String text, Tag tag) {
        emitScalar(text, tag, new ImplicitTuple(true, false), ScalarStyle.PLAIN);
    }

    /** The emitter turns to the next stronger quotes by itself where these don't do. */
    private static ScalarStyle style(String text) {
        if (text.chars().anyMatch(YamlWriter::changesWhenRead)) {
            return ScalarStyle.DOUBLE_QUOTED;
        }
        return text.contains("\n") ? ScalarStyle.SINGLE_QUOTED : ScalarStyle.PLAIN;
    }

    /** Line ends other than a newline become newlines in all but double quotes, where they are escaped; so does a byte order mark. */
    private static boolean changesWhenRead(int character) {
        return character == 0x85 || character == 0x2028 || character == 0x2029 || character == 0xFEFF;
    }

    private void emitScalar(String text, Tag tag, ImplicitTuple implicit, ScalarStyle style) {
        emit(new ScalarEvent(NO_ANCHOR, tag.getValue(), implicit, text, NO_MARK, NO_MARK, style));
    }

    private void emit(Event event) {
        try {
            emitter.emit(event);
        } catch (IOException e) {
            throw new UncheckedIOException(Optional.ofNullable(e.getMessage()).orElse("writing to memory failed"), e);
        }
    }
}
