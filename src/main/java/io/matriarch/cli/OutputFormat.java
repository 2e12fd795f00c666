package io.matriarch.cli;

import picocli.CommandLine.TypeConversionException;

/** How a listing is printed. */
public enum OutputFormat {
    PRETTY,
    TOPOLOGY,
    TSV,
    JSON,
    YAML;

    /** @throws TypeConversionException if {@code text} isn't a format that can be asked for */
    public static OutputFormat parse(String text) {
        return switch (text) {
            case "pretty" -> PRETTY;
            case "tsv" -> TSV;
            case "json" -> JSON;
            case "yaml", "yml" -> YAML;
            default ->
                throw new TypeConversionException(
                        "'" + text + "' is not one of 'pretty', 'tsv', 'json', 'yaml', 'yml'.");
        };
    }

    /** For a person: as a table. */
    boolean isTable() {
        return this == PRETTY || this == TOPOLOGY;
    }
}
