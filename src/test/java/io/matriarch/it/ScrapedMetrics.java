package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What one node tells Prometheus. */
final class ScrapedMetrics {
    static final Path DASHBOARD = Path.of("monitoring/dashboard.json");

    private static final Path RULES = Path.of("monitoring/alerts.yml");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)(?:\\{([^}]*)})? (\\S+)$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");
    private static final Pattern METRIC = Pattern.compile("\\b(?:patroni|matriarch)_[a-z_]+\\b");
    private static final Pattern LABELS_ASKED =
            Pattern.compile("(?:by|on) \\(([^)]*)\\)|\\{\\{ ?(?:\\$labels\\.)?(\\w+) ?}}|(\\w+)=~?\\\\?\"");

    /** Labels that Prometheus adds: to samples, to what it scrapes, and to alerts. */
    private static final Set<String> OF_PROMETHEUS = Set.of("instance", "job", "severity");

    private final Map<String, Set<String>> labels = new TreeMap<>();
    private final Map<String, Double> values = new TreeMap<>();

    private ScrapedMetrics() {}

    static ScrapedMetrics of(Rest rest) {
        Rest.Answer answer = rest.get("/metrics");
        assertThat(answer.status()).isEqualTo(200);
        ScrapedMetrics metrics = new ScrapedMetrics();
        SAMPLE.matcher(answer.body()).results().forEach(metrics::add);
        return metrics;
    }

    private void add(MatchResult sample) {
        Set<String> known = labels.computeIfAbsent(sample.group(1), _ -> new TreeSet<>());
        String text = Optional.ofNullable(sample.group(2)).orElse("");
        LABEL.matcher(text).results().forEach(label -> known.add(label.group(1)));
        values.put(sample.group(1), Double.parseDouble(sample.group(3)));
    }

    /** The roles that the node tells, by the metrics' names. */
    Set<String> roles() {
        Set<String> roles = new TreeSet<>();
        for (String role : List.of("primary", "replica", "standby_leader")) {
            if (value("patroni_" + role) == 1) {
                roles.add(role);
            }
        }
        return roles;
    }

    double value(String metric) {
        return Optional.ofNullable(values.get(metric)).orElseThrow(() -> new AssertionError("nobody tells " + metric));
    }

    /** Rules and dashboard ask for nothing that no node tells. */
    static void answerAllThatIsAsked(Collection<ScrapedMetrics> nodes) {
        Map<String, Set<String>> told = new TreeMap<>();
        BinaryOperator<Set<String>> both = (one, other) -> {
            Set<String> all = new TreeSet<>(one);
            all.addAll(other);
            return all;
        };
        nodes.forEach(node -> node.labels.forEach((name, known) -> told.merge(name, known, both)));
        Set<String> allLabels = new TreeSet<>(OF_PROMETHEUS);
        told.values().forEach(allLabels::addAll);
        for (Path file : List.of(RULES, DASHBOARD)) {
            String text = read(file);
            Set<String> asked = new TreeSet<>();
            METRIC.matcher(text).results().forEach(found -> asked.add(found.group()));
            assertThat(asked).as("metrics in %s", file).hasSizeGreaterThan(15);
            assertThat(told.keySet()).as("metrics that are told").containsAll(asked);
            assertThat(allLabels).as("labels that are told").containsAll(labelsIn(text));
        }
    }

    private static Set<String> labelsIn(String text) {
        Set<String> asked = new TreeSet<>();
        Matcher matcher = LABELS_ASKED.matcher(text);
        while (matcher.find()) {
            Stream.of(1, 2, 3)
                    .map(group -> Optional.ofNullable(matcher.group(group)))
                    .flatMap(Optional::stream)
                    .flatMap(names -> Stream.of(names.split(", *", -1)))
                    .filter(name -> !name.isEmpty())
                    .forEach(asked::add);
        }
        assertThat(asked).contains("scope", "task");
        return asked;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
