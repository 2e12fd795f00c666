package io.matriarch.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Loads configurations from texts, for the tests. */
final class Loading {
    static final String MINIMAL = """
            scope: batman
            name: pg-a
            restapi: {listen: '10.0.0.1:8008'}
            etcd3: {host: 10.0.0.9}
            postgresql: {listen: '10.0.0.1:5432', data_dir: /data}
            """;
    private static final Map<String, String> HOME = Map.of("HOME", "/home/pg");

    private static final Path ALL = directoryUntilTheEnd();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private Loading() {}

    static Configuration minimal(String more) {
        return loaded(MINIMAL + more, Map.of()).configuration();
    }

    static Loaded<Configuration> loaded(String yaml, Map<String, String> environment) {
        return loaded(load(yaml, environment));
    }

    static <C> Loaded<C> loaded(LoadResult<C> result) {
        return switch (result) {
            case Loaded<C> loaded -> loaded;
            case Invalid<C>(List<Problem> problems) -> throw new AssertionError("not loaded: " + problems);
        };
    }

    /** The lines about what is wrong, with the file's name shortened to its last part. */
    static List<String> problems(String yaml, Map<String, String> environment) {
        return problems(load(yaml, environment));
    }

    static <C> List<String> problems(LoadResult<C> result) {
        assertThat(result).isInstanceOf(Invalid.class);
        return ((Invalid<C>) result)
                .problems().stream()
                        .map(Problem::toString)
                        .map(line -> line.replaceAll("^/\\S*/", ""))
                        .toList();
    }

    static LoadResult<Configuration> load(String yaml, Map<String, String> environment) {
        Map<String, String> variables = new TreeMap<>(HOME);
        variables.putAll(environment);
        if (yaml.isEmpty()) {
            return ConfigurationLoader.load(Optional.empty(), variables);
        }
        Path directory = write(Map.of("patroni.yml", yaml));
        return ConfigurationLoader.load(Optional.of(directory.resolve("patroni.yml")), variables);
    }

    /** A new directory with these files, which goes when the tests end. */
    static Path write(Map<String, String> files) {
        try {
            Path directory = Files.createDirectory(ALL.resolve(Integer.toString(COUNT.incrementAndGet())));
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(directory.resolve(file.getKey()), file.getValue());
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A hook, because properties are tried thousands of times, and a test run that is stopped cleans up too. */
    private static Path directoryUntilTheEnd() {
        try {
            Path directory = Files.createTempDirectory("matriarch-config-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
