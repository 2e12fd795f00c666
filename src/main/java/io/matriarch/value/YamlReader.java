package io.matriarch.value;

import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.AnchorNode;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Turns SnakeYAML's nodes into values. Aliases are expanded, up to a number of values that no honest configuration has. */
final class YamlReader {
    private static final int MOST_VALUES = 200_000;

    private final Set<Node> open = new LinkedHashSet<>();
    private final Set<String> repeated = new LinkedHashSet<>();
    private int values;

    /** A sentence for each key that a mapping has more than once, with its lines. */
    List<String> repeated() {
        return List.copyOf(repeated);
    }

    Value read(Node node) {
        values++;
        if (values > MOST_VALUES) {
            throw malformed(node, "the document's aliases expand to more than " + MOST_VALUES + " values");
        }
        return switch (node) {
            case ScalarNode scalar -> readScalar(scalar);
            case SequenceNode sequence -> readInside(sequence, () -> readSequence(sequence));
            case MappingNode mapping -> readInside(mapping, () -> readMapping(mapping));
            case AnchorNode anchor -> read(anchor.getRealNode());
            default -> throw malformed(node, "this kind of node isn't supported");
        };
    }

    private interface Reading {
        Value read();
    }

    private Value readInside(Node node, Reading inside) {
        if (!open.add(node)) {
            throw malformed(node, "a value contains itself by an alias");
        }
        Value value = inside.read();
        open.remove(node);
        return value;
    }

    private static Value readScalar(ScalarNode node) {
        try {
            return scalar(node).value(node.getValue());
        } catch (IllegalArgumentException | ArithmeticException e) {
            MalformedDocument malformed = malformed(
                    node, "the value doesn't fit its type " + node.getTag().getValue());
            malformed.initCause(e);
            throw malformed;
        }
    }

    private static YamlScalar scalar(ScalarNode node) {
        return Optional.ofNullable(SCALARS.get(node.getTag()))
                .orElseThrow(() -> malformed(
                        node, "the tag " + node.getTag().getValue() + " isn't allowed, only those of plain data"));
    }

    private static final Map<Tag, YamlScalar> SCALARS = Map.of(
            Tag.STR, YamlScalar.TEXT,
            Tag.NULL, YamlScalar.NULL,
            Tag.BOOL, YamlScalar.BOOL,
            Tag.INT, YamlScalar.WHOLE,
            Tag.FLOAT, YamlScalar.DECIMAL,
            Tag.TIMESTAMP, YamlScalar.TIMESTAMP,
            Tag.MERGE, YamlScalar.MERGE);

    private Value readSequence(SequenceNode node) {
        expect(node, Tag.SEQ);
        List<Value> items = new ArrayList<>();
        node.getValue().forEach(item -> items.add(read(item)));
        return new Sequence(items);
    }

    /** Merged keys come first, so that the mapping's own keys replace them; of repeated keys the last counts. */
    private Value readMapping(MappingNode node) {
        expect(node, Tag.MAP);
        Map<String, Value> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : node.getValue()) {
            if (isMerge(tuple)) {
                merged(tuple.getValueNode()).forEach(mapping -> entries.putAll(mapping.entries()));
            }
        }
        Map<String, Integer> lines = new HashMap<>();
        for (NodeTuple tuple : node.getValue()) {
            if (!isMerge(tuple)) {
                String key = readKey(tuple.getKeyNode());
                entries.put(key, read(tuple.getValueNode()));
                note(key, lines, line(tuple.getKeyNode()));
            }
        }
        return new Mapping(entries);
    }

    private void note(String key, Map<String, Integer> lines, int line) {
        Optional.ofNullable(lines.put(key, line))
                .ifPresent(before -> repeated.add(
                        "line %d: the key %s is here a second time and replaces that of line %d; remove one of them"
                                .formatted(line, key, before)));
    }

    private static boolean isMerge(NodeTuple tuple) {
        return tuple.getKeyNode().getTag().equals(Tag.MERGE);
    }

    /** Of several mappings the first takes precedence, so it comes last. */
    private List<Mapping> merged(Node node) {
        return switch (read(node)) {
            case Mapping mapping -> List.of(mapping);
            case Sequence(List<Value> items) ->
                items.reversed().stream().map(item -> mergeable(node, item)).toList();
            case Value other -> List.of(mergeable(node, other));
        };
    }

    private static Mapping mergeable(Node node, Value value) {
        if (value instanceof Mapping mapping) {
            return mapping;
        }
        throw malformed(node, "<< takes a mapping or a list of mappings");
    }

    private String readKey(Node node) {
        Value key = read(node);
        return switch (key) {
            case Text(String text) -> text;
            case Mapping _, Sequence _ -> throw malformed(node, "a key must be a word, not a list or a mapping");
            case Value.Whole _, Value.Decimal _, Value.Bool _, Value.Null _ -> Json.compact(key);
        };
    }

    private static void expect(Node node, Tag tag) {
        if (!node.getTag().equals(tag)) {
            throw malformed(node, "the tag " + node.getTag().getValue() + " isn't allowed, only those of plain data");
        }
    }

    private static MalformedDocument malformed(Node node, String reason) {
        Optional<Mark> mark = Optional.ofNullable(node.getStartMark());
        return new MalformedDocument(
                reason, line(node), mark.map(Mark::getColumn).orElse(0) + 1);
    }

    private static int line(Node node) {
        return Optional.ofNullable(node.getStartMark()).map(Mark::getLine).orElse(0) + 1;
    }
}
