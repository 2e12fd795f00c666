package io.matriarch.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The very configuration files of stack/local, filled in for a test. */
final class Templates {
    static final String PASSWORD = "it's a %secret";
    static final Path POSTGRES_BIN =
            Path.of(System.getProperty("matriarch.postgres.bin", "/usr/lib/postgresql/15/bin"));
    private static final Path FOLDER = Path.of("stack/templates");

    private Templates() {}

    static String fillIn(String template, Map<String, String> values) {
        String text;
        try {
            text = Files.readString(FOLDER.resolve(template));
        } catch (IOException e) {
            throw new UncheckedIOException("tests run in the project's folder", e);
        }
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("@" + value.getKey() + "@", value.getValue());
        }
        return text;
    }
}
