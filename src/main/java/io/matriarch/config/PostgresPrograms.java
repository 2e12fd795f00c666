package io.matriarch.config;

import io.matriarch.value.Value.Mapping;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where PostgreSQL's programs lie: {@code bin_dir} and {@code bin_name} count (an absolute name by itself), else they are looked for as a shell does.
 *
 * @param searchPath the variable PATH
 */
public record PostgresPrograms(PostgresSettings settings, String searchPath) {
    private static final String KEY = "postgresql.bin_dir";

    /** For this process, whose children look in the same folders. */
    public static PostgresPrograms of(PostgresSettings settings) {
        return new PostgresPrograms(
                settings, Optional.ofNullable(System.getenv("PATH")).orElse(""));
    }

    /** What is executed: a path, or a name to be found on PATH. */
    public String path(String program) {
        return path(settings.binDirectory().map(Path::toString), settings.binNames(), program);
    }

    /** The same for who runs it without looking: its file on PATH, if it's there. */
    public String file(String program) {
        String path = path(program);
        return path.contains("/")
                ? path
                : folders()
                        .filter(folder -> holds(folder, path))
                        .map(folder -> (folder.isEmpty() ? "." : folder) + "/" + path)
                        .findFirst()
                        .orElse(path);
    }

    private Stream<String> folders() {
        return Arrays.stream(searchPath.split(":", -1));
    }

    static String path(Optional<String> binDirectory, Mapping binNames, String program) {
        String name = binNames.text(program).orElse(program);
        boolean complete = name.startsWith("/");
        return binDirectory
                .filter(_ -> !complete)
                .map(folder -> folder + "/" + name)
                .orElse(name);
    }

    /** Why a program can't be run, as far as that can be known beforehand, and what to do. */
    public Optional<String> unusable(String program) {
        String path = path(program);
        if (path.contains("/")) {
            boolean named =
                    settings.binNames().text(program).filter(path::equals).isPresent();
            String key = named ? "postgresql.bin_name." + program : KEY;
            String advice = named ? "correct it" : "set it to the folder of PostgreSQL's programs";
            return runs(Path.of(path))
                    ? Optional.empty()
                    : Optional.of(key + ": " + path + " is not there, or may not be run; " + advice);
        }
        boolean found = folders().anyMatch(folder -> holds(folder, path));
        return found
                ? Optional.empty()
                : Optional.of(
                        KEY + ": is not set, and no program " + path + " that may be run is in the folders of PATH ("
                                + searchPath + "); set it to the folder of PostgreSQL's programs");
    }

    private static boolean holds(String folder, String program) {
        try {
            return runs(Path.of(folder.isEmpty() ? "." : folder).resolve(program));
        } catch (InvalidPathException noFolder) {
            return false;
        }
    }

    private static boolean runs(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }
}
