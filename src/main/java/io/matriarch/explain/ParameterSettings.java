package io.matriarch.explain;

import io.matriarch.config.ControlledParameter;
import io.matriarch.config.EffectiveParameters;
import io.matriarch.config.Layer;
import io.matriarch.config.RecoveryParameterNames;
import io.matriarch.config.StandbyMinimum;
import io.matriarch.explain.ServerView.Parameter;
import io.matriarch.explain.Source.Kind;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** PostgreSQL's parameters, from the strongest place to the weakest: command line, ALTER SYSTEM, the node's role, the local files, the dynamic configuration, other files of the server, default. */
final class ParameterSettings {
    static final String PREFIX = "postgresql.parameters.";
    private static final Map<String, String> DERIVED =
            Map.of("listen_addresses", "postgresql.listen", "port", "postgresql.listen", "cluster_name", "scope");

    private final Situation situation;
    private final Places places;
    private final Map<String, String> wanted;

    ParameterSettings(Situation situation) {
        this.situation = situation;
        this.places = new Places(situation);
        this.wanted = EffectiveParameters.of(
                        situation.configuration(), situation.dynamic().inEffect(), 0, situation.role())
                .file();
    }

    /** Of all that is set somewhere, and all that the server knows. */
    List<Setting> all() {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(situation.server().parameters().keySet()); // first: spelt as PostgreSQL does
        names.addAll(wanted.keySet());
        situation.server().files().forEach(line -> names.add(line.name()));
        situation.layers().forEach(layer -> names.addAll(written(layer.content())));
        names.addAll(written(situation.dynamic().raw()));
        return names.stream().map(this::setting).toList();
    }

    private Set<String> written(Mapping document) {
        Set<String> names = new TreeSet<>();
        for (String section : List.of("parameters", roleSection())) {
            names.addAll(
                    document.mapping("postgresql").mapping(section).entries().keySet());
        }
        return names;
    }

    private String roleSection() {
        return "parameters_" + EffectiveParameters.section(situation.role());
    }

    private Setting setting(String name) {
        Optional<ControlledParameter> controlled = ControlledParameter.of(name);
        List<Source> ranked = new ArrayList<>();
        List<Source> ignored = new ArrayList<>();
        if (controlled.isPresent()) {
            controlled(name, controlled.get(), ranked, ignored);
        } else {
            ranked.addAll(files(name, ServerView.FileLine::isAlterSystem));
            ranked.addAll(written(name, roleSection()));
            ranked.addAll(written(name, "parameters"));
            ranked.addAll(files(name, this::isOthers));
        }
        Optional<Parameter> known = situation.server().parameter(name);
        if (controlled.isEmpty() || !controlled.get().isOnCommandLine()) {
            known.flatMap(Parameter::standard)
                    .ifPresent(
                            text -> ranked.add(new Source(Kind.DEFAULT, "PostgreSQL's default", new Value.Text(text))));
        }
        if (isManaged(name)) {
            ignored.addAll(ranked);
            ranked.clear();
            known.flatMap(Parameter::running)
                    .ifPresent(text -> ranked.add(new Source(Kind.SERVER, "set by Matriarch", new Value.Text(text))));
        }
        List<Source> hidden = new ArrayList<>(ranked.stream().skip(1).toList());
        hidden.addAll(ignored);
        return new Setting(
                PREFIX + name,
                ranked.stream().findFirst(),
                hidden,
                effect(name, known),
                notes(controlled, known, ranked.stream().findFirst()));
    }

    /** Only the dynamic configuration may set it, within bounds; most are given on the command line. */
    private void controlled(String name, ControlledParameter parameter, List<Source> ranked, List<Source> ignored) {
        Kind kind = parameter.isOnCommandLine() ? Kind.COMMAND_LINE : Kind.DYNAMIC;
        String forced = parameter.isOnCommandLine() ? ", forced on postgres's command line" : "";
        Value counts = new Value.Text(wanted.getOrDefault(name, parameter.standard()));
        List<Source> alterSystem = files(name, ServerView.FileLine::isAlterSystem);
        Optional<Source> dynamic = places.dynamic(dynamicKey(name));
        Optional<Source> accepted =
                dynamic.filter(source -> parameter.accept(source.value()).isPresent());
        if (!parameter.isOnCommandLine()) {
            ranked.addAll(alterSystem);
        }
        if (DERIVED.containsKey(name)) {
            ranked.add(new Source(kind, "from " + DERIVED.get(name) + forced, counts));
        } else if (accepted.isPresent()) {
            ranked.add(new Source(kind, accepted.get().where() + forced, counts));
        }
        if (!DERIVED.containsKey(name)) {
            boolean standard = accepted.isEmpty();
            ranked.add(new Source(
                    Kind.DEFAULT,
                    "Matriarch's default" + (standard ? forced : ""),
                    standard ? counts : new Value.Text(parameter.standard())));
        }
        dynamic.filter(_ -> accepted.isEmpty())
                .ifPresent(source -> ignored.add(source.because(parameter
                        .expectation()
                        .map(text -> "not used: " + text)
                        .orElse("ignored: nobody may set it"))));
        written(name, roleSection()).forEach(source -> ignored.add(mustBeSame(source)));
        places.local(localKey(name)).forEach(source -> ignored.add(mustBeSame(source)));
        if (parameter.isOnCommandLine()) {
            alterSystem.forEach(source -> ignored.add(source.because("without effect: the command line is stronger")));
        }
    }

    private static Source mustBeSame(Source source) {
        return source.because("ignored: it must be the same on all members, so only the dynamic configuration counts");
    }

    /** In the local files, then in the dynamic configuration; a section for a role that is there locally hides the dynamic one. */
    private List<Source> written(String name, String section) {
        List<Source> found = new ArrayList<>();
        for (Layer layer : situation.layers().reversed()) {
            keyIn(layer.content(), section, name)
                    .ifPresent(key -> layer.find("postgresql." + section)
                            .flatMap(value -> ((Mapping) value).find(key))
                            .ifPresent(value ->
                                    found.add(Places.local(layer, "postgresql." + section + "." + key, value))));
        }
        boolean hidden = section.startsWith("parameters_") && places.localHas("postgresql." + section);
        if (!hidden) {
            keyIn(situation.dynamic().raw(), section, name)
                    .flatMap(key -> places.dynamic("postgresql." + section + "." + key))
                    .ifPresent(found::add);
        }
        return found;
    }

    /** As it is written there: names compare without regard to case. */
    private static Optional<String> keyIn(Mapping document, String section, String name) {
        return document.mapping("postgresql").mapping(section).entries().keySet().stream()
                .filter(name::equalsIgnoreCase)
                .findFirst();
    }

    private String dynamicKey(String name) {
        return PREFIX + keyIn(situation.dynamic().raw(), "parameters", name).orElse(name);
    }

    private String localKey(String name) {
        return PREFIX
                + keyIn(Layer.merge(situation.layers()), "parameters", name).orElse(name);
    }

    /** The last line first: it is the one that counts. */
    private List<Source> files(String name, Predicate<ServerView.FileLine> which) {
        return situation.server().files().reversed().stream()
                .filter(line -> line.name().equalsIgnoreCase(name) && which.test(line))
                .map(line -> new Source(
                        line.isAlterSystem() ? Kind.ALTER_SYSTEM : Kind.SERVER_FILE,
                        line.isAlterSystem()
                                ? "ALTER SYSTEM (" + line.file() + ")"
                                : line.file() + " line " + line.line(),
                        new Value.Text(line.setting())))
                .toList();
    }

    /** Neither ALTER SYSTEM's nor what Matriarch writes. */
    private boolean isOthers(ServerView.FileLine line) {
        String written = "/" + situation.configuration().postgresql().configBaseName() + ".conf";
        return !line.isAlterSystem() && !line.file().endsWith(written);
    }

    private boolean isManaged(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return List.of("primary_conninfo", "primary_slot_name", "recovery_target_timeline")
                        .contains(lower)
                || (lower.equals("synchronous_standby_names")
                        && situation.dynamic().inEffect().synchronous());
    }

    private Effect effect(String name, Optional<Parameter> known) {
        if (isManaged(name)) {
            return Effect.MANAGED;
        }
        if (DERIVED.containsKey(name)) {
            return Effect.POSTGRES_RESTART;
        }
        if (StandbyMinimum.inControlData().containsKey(name)) {
            return Effect.STANDBYS_FIRST;
        }
        boolean restarts = ControlledParameter.of(name)
                .filter(ControlledParameter::isOnCommandLine)
                .isPresent();
        return known.map(parameter -> effect(parameter.context()))
                .orElse(
                        restarts
                                ? Effect.POSTGRES_RESTART
                                : RecoveryParameterNames.ALL.contains(name) ? Effect.POSTGRES_RELOAD : Effect.UNKNOWN);
    }

    private static Effect effect(String context) {
        return switch (context.toLowerCase(Locale.ROOT).replace(' ', '-')) {
            case "internal" -> Effect.FIXED;
            case "postmaster" -> Effect.POSTGRES_RESTART;
            case "backend", "superuser-backend" -> Effect.NEXT_CONNECTION;
            case "sighup", "superuser", "user" -> Effect.POSTGRES_RELOAD;
            default -> Effect.UNKNOWN;
        };
    }

    private List<String> notes(
            Optional<ControlledParameter> controlled, Optional<Parameter> known, Optional<Source> effective) {
        List<String> notes = new ArrayList<>();
        if (controlled.isPresent() && !DERIVED.containsKey(controlled.get().parameterName())) {
            notes.add("it must be the same on all members: set it with patronictl edit-config");
        }
        known.filter(Parameter::pendingRestart)
                .flatMap(Parameter::running)
                .ifPresent(text -> notes.add("waits for a restart: the server still runs with " + text));
        boolean unset = effective.isEmpty() || effective.get().kind() == Kind.DEFAULT;
        known.filter(parameter -> unset
                        && !parameter.pendingRestart()
                        && parameter.origin().equals("override"))
                .flatMap(Parameter::running)
                .ifPresent(text -> notes.add("the server has determined it itself: " + text));
        return notes;
    }
}
