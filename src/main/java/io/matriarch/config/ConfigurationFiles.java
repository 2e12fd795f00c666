package io.matriarch.config;

import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Null;
import io.matriarch.value.Yaml;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Reads the YAML file, or the *.yml and *.yaml files of a directory in the order of their names, the later over the earlier. */
final class ConfigurationFiles {
    private final List<Layer> layers = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    private ConfigurationFiles() {}

    /** What the files have, what is wrong with them, and what is strange in them. */
    record Reading(List<Layer> layers, List<Problem> problems, List<String> warnings) {}

    static Reading read(Path path) {
        ConfigurationFiles files = new ConfigurationFiles();
        if (Files.isDirectory(path)) {
            files.readDirectory(path);
        } else {
            files.readFile(path);
        }
        return files.reading();
    }

    /** A whole document that is not in a file. */
    static Reading readText(String source, String text) {
        ConfigurationFiles files = new ConfigurationFiles();
        files.parse(source, text);
        return files.reading();
    }

    private Reading reading() {
        return new Reading(List.copyOf(layers), List.copyOf(problems), List.copyOf(warnings));
    }

    private void readDirectory(Path directory) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*.{yml,yaml}")) {
            entries.forEach(files::add);
        } catch (IOException | DirectoryIteratorException e) {
            unreadable(directory, e);
        }
        Collections.sort(files);
        files.stream().filter(Files::isRegularFile).forEach(this::readFile);
        if (layers.isEmpty() && problems.isEmpty()) {
            problems.add(
                    new Problem(directory.toString(), "", "the directory has no file *.yml or *.yaml with settings"));
        }
    }

    private void readFile(Path file) {
        try {
            parse(file.toString(), Files.readString(file));
        } catch (CharacterCodingException e) {
            problems.add(new Problem(file.toString(), "", "the file isn't UTF-8 text"));
        } catch (IOException e) {
            unreadable(file, e);
        }
    }

    private void unreadable(Path path, Exception e) {
        String why = e instanceof AccessDeniedException
                ? "permission denied for user " + System.getProperty("user.name")
                : e.getClass().getSimpleName() + " "
                        + Optional.ofNullable(e.getMessage()).orElse("");
        problems.add(new Problem(path.toString(), "", "can't be read: " + why));
    }

    private void parse(String source, String text) {
        try {
            Yaml.Document document = Yaml.read(text);
            document.repeated().forEach(repeated -> warnings.add(source + ": " + repeated));
            switch (document.value()) {
                case Mapping mapping when !mapping.isEmpty() -> layers.add(new Layer(source, mapping));
                case Mapping _, Null _ -> problems.add(new Problem(source, "", "the configuration is empty"));
                case Value _ ->
                    problems.add(new Problem(source, "", "the configuration must be a mapping, such as scope: batman"));
            }
        } catch (MalformedDocument e) {
            problems.add(new Problem(source, "", "line %d, column %d: %s".formatted(e.line(), e.column(), e.reason())));
        }
    }
}
