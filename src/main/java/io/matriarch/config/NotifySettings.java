package io.matriarch.config;

import io.matriarch.value.Value.Mapping;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Who is told of jobs that failed or were missed: {@code backup.notify}.
 *
 * @param command a program and its first arguments; empty: none
 * @param webhook an address that gets a POST; it may hold a token, so that it's never shown
 * @param authority the certificates that the webhook's server is trusted by, besides the usual ones
 */
public record NotifySettings(List<String> command, Optional<URI> webhook, Optional<Path> authority) {
    public NotifySettings {
        command = List.copyOf(command);
    }

    public static NotifySettings of(Configuration configuration) {
        Mapping section = configuration.raw().mapping("backup").mapping("notify");
        // what doesn't fit was refused when the configuration was loaded
        return read(Section.root(section, new Findings("", List.of())));
    }

    static NotifySettings read(Section section) {
        section.allowOnly(List.of("command", "webhook", "cafile"));
        List<String> command = section.texts("command");
        if (!command.isEmpty() && !command.getFirst().startsWith("/")) {
            section.problem("command", Section.shown(command.getFirst()) + " isn't the absolute path of a program");
        }
        return new NotifySettings(command, webhook(section), section.file("cafile"));
    }

    private static Optional<URI> webhook(Section section) {
        Optional<String> text = section.text("webhook");
        Optional<URI> uri = text.flatMap(NotifySettings::uri);
        if (text.isPresent() && uri.isEmpty()) {
            section.problem("webhook", "it isn't an address that begins with http:// or https://");
        }
        return uri;
    }

    private static Optional<URI> uri(String text) {
        try {
            URI uri = new URI(text);
            boolean usable =
                    uri.getHost() != null && List.of("http", "https").contains(String.valueOf(uri.getScheme()));
            return usable ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    /** Without the webhook. */
    @Override
    public String toString() {
        return "NotifySettings[" + command + "]";
    }
}
