package io.matriarch.value;

import io.matriarch.value.Value.Null;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Reads YAML with the meaning that PyYAML's safe_load gives it, and writes it as its safe_dump does in block style, since that is what Patroni's users have
 * and see. Only the syntax is SnakeYAML's: its own conversion to objects works by reflection.
 */
public final class Yaml {
    private static final int LARGEST_DOCUMENT = 3 * 1024 * 1024;
    private static final int DEEPEST_NESTING = 100;
    private static final int MOST_ALIASES = 1000;

    /** How mappings are written. */
    public enum Order {
        /** As they are. */
        KEPT,
        /** By key. */
        SORTED
    }

    private Yaml() {}

    /**
     * A document and what is strange in it.
     *
     * @param repeated a sentence for each key that a mapping has more than once: the last counts, as with PyYAML
     */
    public record Document(Value value, List<String> repeated) {
        public Document {
            repeated = List.copyOf(repeated);
        }
    }

    /**
     * Reads the one document in {@code text}; an empty one is null.
     *
     * @throws MalformedDocument if it isn't YAML, has tags for anything but plain data, is larger than 3 MiB, or would become too large by its aliases
     */
    public static Value parse(String text) {
        return read(text).value();
    }

    /** As {@link #parse}, with what a person should know of the document. */
    public static Document read(String text) {
        try {
            Composer composer =
                    new Composer(new ParserImpl(new StreamReader(text), limits()), new YamlResolver(), limits());
            Optional<Node> root = Optional.ofNullable(composer.getSingleNode());
            YamlReader reader = new YamlReader();
            Value value = root.map(reader::read).orElse(new Null());
            return new Document(value, reader.repeated());
        } catch (MarkedYAMLException e) {
            throw malformed(reason(e), Optional.ofNullable(e.getProblemMark()), e);
        } catch (ReaderException e) {
            int before = Math.min(e.getPosition(), text.length());
            throw causedBy(
                    e, characterAt(text, before, "the character U+%04X isn't allowed".formatted(e.getCodePoint())));
        } catch (YAMLException e) {
            throw malformed(Optional.ofNullable(e.getMessage()).orElse("not YAML"), Optional.empty(), e);
        }
    }

    /** The document in block style, ending with a newline. */
    public static String write(Value value, Order order) {
        return new YamlWriter(order, FlowStyle.BLOCK).write(value);
    }

    /** The document with brackets and braces, sorted, ending with a newline. */
    public static String writeFlow(Value value) {
        return new YamlWriter(Order.SORTED, FlowStyle.FLOW).write(value);
    }

    private static LoaderOptions limits() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(LARGEST_DOCUMENT);
        options.setNestingDepthLimit(DEEPEST_NESTING);
        options.setMaxAliasesForCollections(MOST_ALIASES);
        return options;
    }

    private static final String UNDEFINED_ALIAS = "found undefined alias";

    private static String reason(MarkedYAMLException e) {
        String context =
                Optional.ofNullable(e.getContext()).map(text -> text + ", ").orElse("");
        String problem = Optional.ofNullable(e.getProblem()).orElse("not YAML");
        // its name may be a password that lacks quotes
        return context
                + (problem.startsWith(UNDEFINED_ALIAS)
                        ? UNDEFINED_ALIAS + "; a text that begins with * needs quotes"
                        : problem);
    }

    private static MalformedDocument malformed(String reason, Optional<Mark> mark, YAMLException cause) {
        return causedBy(
                cause,
                new MalformedDocument(
                        reason,
                        mark.map(Mark::getLine).orElse(0) + 1,
                        mark.map(Mark::getColumn).orElse(0) + 1));
    }

    private static MalformedDocument causedBy(YAMLException cause, MalformedDocument malformed) {
        malformed.initCause(cause);
        return malformed;
    }

    private static MalformedDocument characterAt(String text, int position, String reason) {
        String before = text.substring(0, position);
        int line = (int) before.chars().filter(character -> character == '\n').count() + 1;
        return new MalformedDocument(reason, line, position - before.lastIndexOf('\n'));
    }
}
