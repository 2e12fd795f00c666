package io.matriarch.archive;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The arguments of {@code matriarch wal}.
 *
 * @param repository a directory, or the name of one that is configured when there is a configuration
 * @param words what isn't an option: the verb and its operands
 */
record WalArguments(
        Optional<String> repository, Optional<Path> config, Optional<String> systemIdentifier, List<String> words) {
    private static final String REPOSITORY = "--repository";
    private static final String CONFIG = "--config";
    private static final String SHORT_CONFIG = "-c";
    private static final String SYSTEM_IDENTIFIER = "--system-identifier";

    /** @throws ArchiveException if they make no sense */
    static WalArguments parse(List<String> arguments) throws ArchiveException {
        Optional<String> repository = Optional.empty();
        Optional<Path> config = Optional.empty();
        Optional<String> systemIdentifier = Optional.empty();
        List<String> words = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("--") && !argument.equals(SHORT_CONFIG)) {
                words.add(argument);
                continue;
            }
            int equals = argument.indexOf('=');
            String option = equals < 0 ? argument : argument.substring(0, equals);
            if (equals < 0 && i + 1 == arguments.size()) {
                throw new ArchiveException(option + " needs a value");
            }
            String value = equals < 0 ? arguments.get(++i) : argument.substring(equals + 1);
            switch (option) {
                case REPOSITORY -> {
                    path(value);
                    repository = Optional.of(value);
                }
                case CONFIG, SHORT_CONFIG -> config = Optional.of(path(value));
                case SYSTEM_IDENTIFIER -> systemIdentifier = Optional.of(number(value));
                default -> throw new ArchiveException("there is no option " + option);
            }
        }
        return new WalArguments(repository, config, systemIdentifier, List.copyOf(words));
    }

    /** The options of a process that does the same elsewhere. */
    List<String> options(String identifier) {
        List<String> options = new ArrayList<>();
        repository.ifPresent(name -> options.addAll(List.of(REPOSITORY, name)));
        config.ifPresent(
                file -> options.addAll(List.of(CONFIG, file.toAbsolutePath().toString())));
        options.addAll(List.of(SYSTEM_IDENTIFIER, identifier));
        return options;
    }

    static Path path(String text) throws ArchiveException {
        if (text.isEmpty()) {
            throw new ArchiveException("a path is empty");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new ArchiveException("not a path: " + e.getMessage(), e);
        }
    }

    /** It becomes the name of a directory, so nothing but digits will do. */
    private static String number(String text) throws ArchiveException {
        try {
            return Long.toUnsignedString(Long.parseUnsignedLong(text));
        } catch (NumberFormatException e) {
            throw new ArchiveException("not a system identifier (a number that pg_controldata prints): " + text, e);
        }
    }
}
