package io.matriarch.explain;

import io.matriarch.cli.Listing;
import io.matriarch.cli.OutputFormat;
import io.matriarch.cli.Table.Column;
import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Yaml;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Settings as text: one with all that is known of it, several as a table; or for machines. */
final class Presentation {
    private static final List<String> KEYS = List.of("Key", "Value", "From", "To change it");
    private static final int LONGEST_CELL = 60;

    private Presentation() {}

    static String table(List<Setting> settings, OutputFormat format) {
        return switch (format) {
            case JSON -> Json.spaced(documents(settings));
            case YAML -> Yaml.write(documents(settings), Yaml.Order.KEPT).strip();
            case PRETTY, TOPOLOGY, TSV -> listing(settings, format).render(format);
        };
    }

    static String one(Setting setting, OutputFormat format) {
        return switch (format) {
            case JSON -> Json.spaced(document(setting));
            case YAML -> Yaml.write(document(setting), Yaml.Order.KEPT).strip();
            case TSV -> table(List.of(setting), format);
            case PRETTY, TOPOLOGY -> String.join("\n", lines(setting).toList());
        };
    }

    private static Listing listing(List<Setting> settings, OutputFormat format) {
        List<List<Value>> rows = settings.stream()
                .map(setting -> Stream.of(
                                setting.key(),
                                value(setting),
                                from(setting),
                                setting.effect()
                                        .name()
                                        .toLowerCase(java.util.Locale.ROOT)
                                        .replace('_', ' '))
                        .map(text -> format == OutputFormat.PRETTY && text.length() > LONGEST_CELL
                                ? text.substring(0, LONGEST_CELL - 3) + "..."
                                : text)
                        .<Value>map(Value.Text::new)
                        .toList())
                .toList();
        return new Listing(
                "", KEYS, KEYS.stream().map(key -> new Column(key, false)).toList(), rows, Set.of());
    }

    private static Stream<String> lines(Setting setting) {
        Stream<String> hidden = setting.hidden().stream()
                .map(source -> "  instead of  " + shown(source.value()) + "  from " + source.where()
                        + (source.remark().isEmpty() ? "" : " (" + source.remark() + ")"));
        return Stream.of(
                        Stream.of(setting.key() + " = " + value(setting), "  from        " + from(setting)),
                        hidden,
                        Stream.of("  change      " + setting.effect().text()),
                        setting.notes().stream().map(note -> "  note        " + note))
                .flatMap(lines -> lines);
    }

    private static String value(Setting setting) {
        return setting.value().map(Presentation::shown).orElse("(not set)");
    }

    private static String from(Setting setting) {
        return setting.effective().map(Source::where).orElse("nowhere; it has no default");
    }

    private static String shown(Value value) {
        return value.asText()
                .map(text -> text.isEmpty() ? "''" : text.replace("\n", "\\n"))
                .orElseGet(() -> Yaml.writeFlow(value).strip());
    }

    private static Sequence documents(List<Setting> settings) {
        return new Sequence(settings.stream().<Value>map(Presentation::document).toList());
    }

    private static Mapping document(Setting setting) {
        Mapping document = Mapping.empty()
                .with("key", setting.key())
                .with("value", setting.value().orElseGet(Value.Null::new));
        if (setting.effective().isPresent()) {
            document = document.with("source", setting.effective().get().kind().text())
                    .with("where", setting.effective().get().where());
        }
        return document.with(
                        "overrides",
                        new Sequence(setting.hidden().stream()
                                .<Value>map(source -> Mapping.empty()
                                        .with("value", source.value())
                                        .with("source", source.kind().text())
                                        .with("where", source.where())
                                        .with("remark", source.remark()))
                                .toList()))
                .with("change", setting.effect().text())
                .with("notes", Value.texts(setting.notes()));
    }
}
