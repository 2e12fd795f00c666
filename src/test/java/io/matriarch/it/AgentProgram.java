package io.matriarch.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What is tested. The property {@code matriarch.agent} chooses: {@code matriarch} (the executable that {@code matriarch.executable} names),
 * {@code patroni} (Debian's) or {@code jvm} (Matriarch's agent without its guard, from target/quarkus-app).
 */
enum AgentProgram {
    MATRIARCH,
    PATRONI,
    JVM;

    static AgentProgram chosen() {
        return valueOf(System.getProperty("matriarch.agent", "matriarch").toUpperCase(java.util.Locale.ROOT));
    }

    static Path executable() {
        return Path.of(System.getProperty("matriarch.executable", "target/matriarch"));
    }

    /** Puts the program where user postgres can read it; a clone may lie in a closed folder. */
    Program placeIn(Path folder) {
        try {
            Files.createDirectories(folder);
            return switch (this) {
                case MATRIARCH -> placeExecutable(folder);
                case PATRONI -> new Program(List.of("/usr/bin/patroni"), List.of("/usr/bin/patronictl"));
                case JVM -> placeClasses(folder);
            };
        } catch (IOException e) {
            throw new UncheckedIOException("can't copy the agent to " + folder, e);
        }
    }

    private static Program placeExecutable(Path folder) throws IOException {
        if (!Files.isExecutable(executable())) {
            throw new IllegalStateException(
                    "there is no executable at " + executable().toAbsolutePath() + ": build it with native/build");
        }
        Path copy = folder.resolve("matriarch");
        Files.copy(executable(), copy, StandardCopyOption.COPY_ATTRIBUTES);
        Path ctl = Files.createSymbolicLink(folder.resolve("patronictl"), copy);
        return new Program(List.of(copy.toString()), List.of(ctl.toString()));
    }

    private static Program placeClasses(Path folder) throws IOException {
        Path classes = Path.of("target/quarkus-app");
        Path copy = folder.resolve("quarkus-app");
        try (var files = Files.walk(classes)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(classes.relativize(file).toString()));
            }
        }
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", // without a warning, which a native executable hasn't either
                "-jar",
                copy.resolve("quarkus-run.jar").toString());
        return new Program(with(java, "agent"), with(java, "ctl"));
    }

    private static List<String> with(List<String> command, String... more) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(more));
        return List.copyOf(all);
    }

    /** The two command lines, without their arguments. */
    record Program(List<String> daemon, List<String> ctl) {
        List<String> daemon(Path configuration) {
            return with(daemon, configuration.toString());
        }

        /** A command of the executable itself, such as doctor. */
        List<String> tool(String... arguments) {
            boolean jvm = daemon.getLast().equals("agent");
            return with(jvm ? daemon.subList(0, daemon.size() - 1) : daemon, arguments);
        }

        List<String> ctl(Path configuration, String... arguments) {
            return with(with(ctl, "-c", configuration.toString()), arguments);
        }
    }

    /** Without what the tests' own environment may say about a cluster. */
    static void clean(Map<String, String> environment) {
        environment.keySet().removeIf(name -> name.startsWith("PATRONI") || name.startsWith("PG"));
        environment.put("LC_ALL", "C.UTF-8");
    }
}
