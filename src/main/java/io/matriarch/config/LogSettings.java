package io.matriarch.config;

import io.matriarch.value.Value.Mapping;
import java.nio.file.Path;
import java.util.Optional;

/** The log section (reference 2.3); levels are Python's names. */
public record LogSettings(
        String type,
        String level,
        Optional<String> format,
        Optional<String> dateFormat,
        Optional<Path> directory,
        int files,
        long fileBytes,
        Mapping loggers,
        Mapping raw) {}
