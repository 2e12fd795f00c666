package io.matriarch.postgres;

import io.matriarch.config.Configuration;
import io.matriarch.config.ParameterOpinion;
import io.matriarch.config.PostgresPrograms;
import io.matriarch.config.PostgresSettings;
import io.matriarch.config.WrittenParameters;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the installed PostgreSQL says of parameters, without a server and a data directory: before a configuration that a person wrote is used. */
public final class ServerOpinion {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Unknown names end a reading before any value is looked at, so there is a second one; the third confirms. */
    private static final int MOST_READINGS = 3;

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_.$]*");
    private static final Pattern NAME = Pattern.compile("parameter \"(" + PLAIN.pattern() + ")\"");
    private static final Pattern PLACE = Pattern.compile(" in file \"[^\"]*\" line [0-9]+");

    private final String postgres;

    private ServerOpinion(String postgres) {
        this.postgres = postgres;
    }

    /** Why PostgreSQL refuses a parameter. */
    enum Kind {
        /** This version has none of this name; another one, or an extension, may. */
        UNKNOWN_NAME,
        /** A number, but too big or too small: the agent takes the range's end (reference 2.15). */
        OUT_OF_RANGE,
        WRONG_VALUE
    }

    /**
     * PostgreSQL refuses a parameter.
     *
     * @param text PostgreSQL's own, with its hint if it gives one
     */
    record Objection(String parameter, Kind kind, String text) {}

    /** Of all parameters in a local configuration, by the PostgreSQL that it names. */
    public static ParameterOpinion of(Configuration configuration) {
        return of(program(configuration.postgresql()), WrittenParameters.of(configuration));
    }

    /** Of those in a dynamic configuration, or in a part of one. */
    public static ParameterOpinion of(PostgresSettings settings, Mapping dynamic) {
        return of(program(settings), dynamic);
    }

    /** The same, by the program {@code postgres}. */
    public static ParameterOpinion of(String postgres, Mapping dynamic) {
        return of(postgres, WrittenParameters.ofDynamic(dynamic));
    }

    private static String program(PostgresSettings settings) {
        return PostgresPrograms.of(settings).path("postgres");
    }

    private static ParameterOpinion of(String postgres, List<WrittenParameters> places) {
        ServerOpinion opinion = new ServerOpinion(postgres);
        List<String> wrong = new ArrayList<>();
        List<String> doubtful = new ArrayList<>();
        for (WrittenParameters written : places) {
            for (Objection objection : opinion.objections(written.values())) {
                (objection.kind() == Kind.WRONG_VALUE ? wrong : doubtful)
                        .add(written.key() + "." + objection.parameter() + ": " + objection.text());
            }
        }
        return new ParameterOpinion(wrong, doubtful);
    }

    /** None when postgres can't be run. */
    private List<Objection> objections(Map<String, String> parameters) {
        Map<String, String> left = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        List<Objection> all = new ArrayList<>();
        parameters.forEach((name, value) -> {
            if (PLAIN.matcher(name).matches()) {
                left.put(name, value);
            } else {
                all.add(new Objection(name, Kind.UNKNOWN_NAME, "'" + name + "' can't be a parameter's name"));
            }
        });
        for (int reading = 0; reading < MOST_READINGS && !left.isEmpty(); reading++) {
            List<Objection> found = read(left);
            if (found.isEmpty()) {
                break;
            }
            all.addAll(found);
            found.forEach(objection -> left.remove(objection.parameter()));
        }
        return all;
    }

    private List<Objection> read(Map<String, String> parameters) {
        try {
            Path folder = Files.createTempDirectory("matriarch-parameters");
            Path file = folder.resolve("postgresql.conf");
            try {
                StringBuilder text = new StringBuilder();
                parameters.forEach((name, value) -> text.append(ConfigurationFiles.setting(name, value)));
                Files.writeString(file, text, StandardCharsets.UTF_8);
                PgTools.Result result = PgTools.runCommand(
                        List.of(postgres, "-C", "max_connections", "-D", folder.toString(), "--config-file=" + file),
                        Map.of("LC_ALL", "C"),
                        Deadline.after(PATIENCE),
                        new Cancellation());
                return result.ok() ? List.of() : objections(result.output(), parameters);
            } finally {
                Files.deleteIfExists(file);
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            // nobody is asked then; the agent leaves out what PostgreSQL refuses when it writes the configuration
            return List.of();
        }
    }

    static List<Objection> objections(String output, Map<String, String> parameters) {
        List<Objection> found = new ArrayList<>();
        List<String> lines = output.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            int at = lines.get(i).indexOf("LOG:  ");
            Matcher name = NAME.matcher(lines.get(i));
            if (at < 0 || !name.find() || !parameters.containsKey(name.group(1))) {
                continue;
            }
            String text = PLACE.matcher(lines.get(i).substring(at + 6)).replaceFirst("");
            Optional<String> next = i + 1 < lines.size() ? Optional.of(lines.get(i + 1)) : Optional.empty();
            String hint = next.filter(line -> line.contains("HINT:  "))
                    .map(line -> " (" + line.substring(line.indexOf("HINT:  ") + 7) + ")")
                    .orElse("");
            found.add(new Objection(name.group(1), kind(text), text + hint));
        }
        return found;
    }

    private static Kind kind(String text) {
        if (text.startsWith("unrecognized")) {
            return Kind.UNKNOWN_NAME;
        }
        return text.contains("outside the valid range") ? Kind.OUT_OF_RANGE : Kind.WRONG_VALUE;
    }
}
