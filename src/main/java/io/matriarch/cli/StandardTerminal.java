package io.matriarch.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Standard input, output and error, with prompts as Patroni's. */
final class StandardTerminal implements Terminal {
    private final BufferedReader input;
    private final PrintStream output;
    private final PrintStream errors;

    /** @param output and {@code errors} should write UTF-8 */
    StandardTerminal(InputStream input, PrintStream output, PrintStream errors) {
        this.input = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
        this.output = output;
        this.errors = errors;
    }

    @Override
    public void echo(String text) {
        output.print(text + "\n");
        output.flush();
    }

    @Override
    public void complain(String text) {
        output.flush();
        errors.print(text + "\n");
        errors.flush();
    }

    @Override
    public String prompt(String question, Optional<String> otherwise) {
        String text = question + otherwise.map(value -> " [" + value + "]").orElse("") + ": ";
        while (true) {
            String answer = ask(text);
            if (!answer.isEmpty()) {
                return answer;
            }
            if (otherwise.isPresent()) {
                return otherwise.get();
            }
        }
    }

    @Override
    public boolean confirm(String question) {
        while (true) {
            switch (ask(question + " [y/N]: ").strip().toLowerCase(Locale.ROOT)) {
                case "y", "yes" -> {
                    return true;
                }
                case "n", "no", "" -> {
                    return false;
                }
                default -> echo("Error: invalid input");
            }
        }
    }

    @Override
    public String promptHidden(String question) {
        Optional<Console> screen = screen();
        if (screen.isEmpty()) {
            return prompt(question, Optional.empty());
        }
        output.flush();
        return Optional.ofNullable(screen.get().readPassword("%s: ", question))
                .map(String::new)
                .orElseThrow(Aborted::new);
    }

    @Override
    public String readAll() {
        return input.lines().collect(Collectors.joining("\n", "", "\n"));
    }

    @Override
    public boolean isScreen() {
        return screen().isPresent();
    }

    @Override
    public void clear() {
        screen().ifPresent(_ -> output.print("\033[2J\033[1;1H"));
    }

    private static Optional<Console> screen() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal);
    }

    private String ask(String text) {
        output.print(text);
        output.flush();
        try {
            String line = input.readLine();
            if (line == null) {
                throw new Aborted();
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException("standard input can't be read", e);
        }
    }
}
