package io.matriarch.config;

import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import io.matriarch.value.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The PATRONI_* variables as layers over the file (reference 2.16). Empty ones are ignored. */
final class EnvironmentVariables {
    static final String PREFIX = "PATRONI_";

    private static final Pattern MAY_HOLD_SECRETS = Pattern.compile("HEADERS|AUTH|ACL|PASSWORD|TOKEN|KEY");

    private final Map<String, String> environment;
    private final List<Layer> layers = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> used = new LinkedHashSet<>();

    private EnvironmentVariables(Map<String, String> environment) {
        this.environment = new TreeMap<>(environment);
    }

    /** What the variables set, and what is wrong with them. */
    record Reading(List<Layer> layers, List<Problem> problems) {}

    /** @param file the configuration so far: a user and password for etcd count only if there is an etcd section */
    static Reading read(Map<String, String> environment, Mapping file) {
        EnvironmentVariables variables = new EnvironmentVariables(environment);
        for (VariableNames.Variable variable : VariableNames.KNOWN) {
            variables.take(variable);
        }
        variables.takeGenericDcs();
        variables.takeEtcdCredentials(file);
        variables.takeUsers();
        return new Reading(List.copyOf(variables.layers), List.copyOf(variables.problems));
    }

    private Optional<String> find(String name) {
        return Optional.ofNullable(environment.get(PREFIX + name)).filter(value -> !value.isEmpty());
    }

    private void take(VariableNames.Variable variable) {
        find(variable.name())
                .ifPresent(text -> parse(variable.name(), text, variable.form(), variable.path())
                        .ifPresent(value -> add(variable.name(), value, variable.path())));
    }

    private void add(String name, Value value, List<String> path) {
        used.add(name);
        layers.add(Layer.ofVariable(PREFIX + name, value, path.toArray(String[]::new)));
    }

    /** PATRONI_dcs_suffix for any word without underscore: an unsupported DCS is found as such later. */
    private void takeGenericDcs() {
        for (String variable : environment.keySet()) {
            String name = variable.startsWith(PREFIX) ? variable.substring(PREFIX.length()) : "";
            int underscore = name.indexOf('_');
            if (underscore <= 0 || used.contains(name)) {
                continue;
            }
            String suffix = name.substring(underscore + 1);
            List<String> path =
                    List.of(name.substring(0, underscore).toLowerCase(Locale.ROOT), suffix.toLowerCase(Locale.ROOT));
            VariableNames.dcsForm(suffix)
                    .ifPresent(form -> find(name)
                            .flatMap(text -> parse(name, text, form, path))
                            .ifPresent(value -> add(name, value, path)));
        }
    }

    private void takeEtcdCredentials(Mapping file) {
        Mapping merged = file.patchedWith(Layer.merge(layers));
        for (String section : List.of("etcd", "etcd3")) {
            if (merged.find(section).isPresent()) {
                for (String suffix : List.of("username", "password")) {
                    String name = (section + "_" + suffix).toUpperCase(Locale.ROOT);
                    find(name).ifPresent(text -> add(name, new Text(text), List.of(section, suffix)));
                }
            }
        }
    }

    /** PATRONI_name_PASSWORD and PATRONI_name_OPTIONS: users to create at bootstrap, as Patroni did before 4.0. */
    private void takeUsers() {
        for (String variable : environment.keySet()) {
            if (!variable.startsWith(PREFIX) || !variable.endsWith("_PASSWORD")) {
                continue;
            }
            String name = variable.substring(PREFIX.length());
            String user = name.substring(0, Math.max(0, name.length() - "_PASSWORD".length()));
            if (user.isEmpty() || used.contains(name) || VariableNames.isSection(user)) {
                continue;
            }
            find(name).ifPresent(password -> {
                add(name, new Text(password), List.of("bootstrap", "users", user, "password"));
                find(user + "_OPTIONS")
                        .flatMap(options -> parse(
                                user + "_OPTIONS",
                                options,
                                VariableNames.Form.LIST,
                                List.of("bootstrap", "users", user, "options")))
                        .ifPresent(options ->
                                add(user + "_OPTIONS", options, List.of("bootstrap", "users", user, "options")));
            });
        }
    }

    private Optional<Value> parse(String name, String text, VariableNames.Form form, List<String> path) {
        return switch (form) {
            case TEXT -> Optional.of(new Text(text));
            case LIST -> list(name, text, path);
            case MAPPING -> mapping(name, text, path);
            case FORMAT -> text.contains("%(") ? Optional.of(new Text(text)) : list(name, text, path);
        };
    }

    private Optional<Value> list(String name, String text, List<String> path) {
        String yaml = text.strip().startsWith("-") || text.contains("[") ? text : "[" + text + "]";
        return yaml(yaml)
                .filter(Sequence.class::isInstance)
                .or(() -> wrong(name, path, text, "a list such as a,b or [a, b]"));
    }

    private Optional<Value> mapping(String name, String text, List<String> path) {
        String yaml = text.strip().startsWith("{") ? text : "{" + text + "}";
        return yaml(yaml)
                .filter(Mapping.class::isInstance)
                .or(() -> wrong(name, path, text, "a mapping such as a: 1, b: 2"));
    }

    private Optional<Value> wrong(String name, List<String> path, String text, String expected) {
        String shown = MAY_HOLD_SECRETS.matcher(name).find() ? "the value" : Section.shown(text);
        problems.add(new Problem(PREFIX + name, String.join(".", path), shown + " isn't " + expected));
        return Optional.empty();
    }

    private static Optional<Value> yaml(String text) {
        try {
            return Optional.of(Yaml.parse(text));
        } catch (MalformedDocument e) {
            return Optional.empty();
        }
    }
}
