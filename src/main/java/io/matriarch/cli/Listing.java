package io.matriarch.cli;

import io.matriarch.cli.Table.Column;
import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rows that can be printed in each of patronictl's formats.
 *
 * @param keys the columns' names in the machine's formats, those of a table are headings; none when rows say all
 * @param hiddenInTables columns that only machines see
 * @param title of the table; without one the machine's formats keep empty values
 */
public record Listing(
        String title, List<String> keys, List<Column> columns, List<List<Value>> rows, Set<String> hiddenInTables) {

    public Listing {
        keys = List.copyOf(keys);
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        hiddenInTables = Set.copyOf(hiddenInTables);
    }

    /** Without the line break that ends the last line, as echo adds one. */
    public String render(OutputFormat format) {
        return switch (format) {
            case PRETTY, TOPOLOGY -> table(format).render();
            case TSV -> separated("\t");
            case JSON -> Json.spaced(elements());
            case YAML -> Yaml.write(elements(), Yaml.Order.SORTED);
        };
    }

    /** A row a line, with headings. */
    String separated(String delimiter) {
        List<String> lines = new ArrayList<>();
        if (!keys.isEmpty()) {
            lines.add(String.join(delimiter, keys));
        }
        for (List<Value> row : rows) {
            lines.add(row.stream().map(value -> text(value, OutputFormat.TSV)).collect(Collectors.joining(delimiter)));
        }
        return String.join("\n", lines);
    }

    private Sequence elements() {
        List<Value> elements = new ArrayList<>();
        for (List<Value> row : rows) {
            Mapping element = Mapping.empty();
            for (int column = 0; column < keys.size(); column++) {
                Value value = row.get(column);
                if (title.isEmpty() || !value.equals(Value.of(""))) {
                    element = element.with(keys.get(column), value);
                }
            }
            elements.add(element);
        }
        return new Sequence(elements);
    }

    private Table table(OutputFormat format) {
        List<Integer> shown = new ArrayList<>();
        for (int column = 0; column < columns.size(); column++) {
            if (keys.isEmpty() || !hiddenInTables.contains(keys.get(column))) {
                shown.add(column);
            }
        }
        return new Table(
                title,
                shown.stream().map(columns::get).toList(),
                rows.stream()
                        .map(row -> shown.stream()
                                .map(column -> text(row.get(column), format))
                                .toList())
                        .toList());
    }

    /** As Python's str, but mappings (tags) as YAML: a block in a table, else on one line. */
    private static String text(Value value, OutputFormat format) {
        return switch (value) {
            case Value.Text(String text) -> text;
            case Value.Bool _, Value.Null _, Value.Whole _, Value.Decimal _, Sequence _ -> PythonText.of(value);
            case Mapping _ ->
                (format == OutputFormat.PRETTY ? Yaml.write(value, Yaml.Order.SORTED) : Yaml.writeFlow(value)).strip();
        };
    }
}
