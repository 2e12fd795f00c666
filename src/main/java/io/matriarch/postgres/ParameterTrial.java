package io.matriarch.postgres;

import io.matriarch.time.Deadline;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Lets postgres itself read a configuration file before it counts, and leaves out what it refuses: one bad value would keep the server from starting, and
 * make a reload a half one (reference 2.15). Numbers out of range are put at the range's end.
 */
final class ParameterTrial {
    private static final Logger LOG = Logger.getLogger(ParameterTrial.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern OUT_OF_RANGE =
            Pattern.compile("(-?[0-9][^ ]*)(?: [A-Za-z]+)? is outside the valid range for parameter "
                    + "\"[^\"]+\" \\((-?[0-9][^ ]*)(?: [A-Za-z]+)? \\.\\. (-?[0-9][^ ]*)(?: [A-Za-z]+)?\\)");

    private final PgTools tools;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    ParameterTrial(PgTools tools) {
        this.tools = tools;
    }

    /** What has to be changed in the file: name to another value, or to nothing. Empty as well when postgres can't be asked. */
    Map<String, List<String>> corrections(Path directory, Path file, Map<String, String> written) {
        PgTools.Result result = tools.run(
                "postgres",
                List.of("-C", "max_connections", "-D", directory.toString(), "--config-file=" + file),
                Map.of("LC_ALL", "C"),
                Deadline.after(PATIENCE));
        return result.ok() ? Map.of() : read(result.output(), written);
    }

    /** {@code output} of postgres; only names that were {@code written} count. */
    Map<String, List<String>> read(String output, Map<String, String> written) {
        Map<String, List<String>> corrections = new LinkedHashMap<>();
        for (ServerOpinion.Objection objection : ServerOpinion.objections(output, written)) {
            Matcher range = OUT_OF_RANGE.matcher(objection.text());
            corrections.put(objection.parameter(), range.find() ? List.of(nearest(range)) : List.of());
        }
        List<String> lines = new ArrayList<>();
        corrections.forEach((name, better) -> lines.add(sentence(name, written.getOrDefault(name, ""), better)));
        lines.stream().filter(told::add).forEach(LOG::warn);
        return corrections;
    }

    private static String sentence(String name, String value, List<String> better) {
        return better.isEmpty()
                ? "Removing unexpected parameter=%s value=%s from the config: PostgreSQL refuses it"
                        .formatted(name, value)
                : "Value=%s of parameter=%s is out of PostgreSQL's range, %s is used instead"
                        .formatted(value, name, better.getFirst());
    }

    private static String nearest(Matcher range) {
        return new BigDecimal(range.group(1)).compareTo(new BigDecimal(range.group(2))) < 0
                ? range.group(2)
                : range.group(3);
    }
}
