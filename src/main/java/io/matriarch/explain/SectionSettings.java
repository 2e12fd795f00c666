package io.matriarch.explain;

import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.DynamicConfigurationCheck;
import io.matriarch.config.KnownKeys;
import io.matriarch.config.Layer;
import io.matriarch.config.PostgresSection;
import io.matriarch.explain.Source.Kind;
import io.matriarch.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** All settings but PostgreSQL's parameters, by the rules of which place counts (reference 2.1). */
final class SectionSettings {
    private static final String POSTGRESQL = "postgresql.";
    private static final String ONLY_DYNAMIC = "ignored here: only the dynamic configuration counts";

    private final Situation situation;
    private final Catalogue catalogue;
    private final Places places;

    SectionSettings(Situation situation, Catalogue catalogue) {
        this.situation = situation;
        this.catalogue = catalogue;
        this.places = new Places(situation);
    }

    List<Setting> all() {
        return keys().stream().map(this::setting).toList();
    }

    private Set<String> keys() {
        Set<String> keys = new TreeSet<>(known());
        situation.layers().forEach(layer -> keys.addAll(Places.leaves(layer.content())));
        keys.addAll(Places.leaves(situation.dynamic().raw()));
        keys.removeIf(key -> key.startsWith("postgresql.parameters"));
        // a section that is set in parts is no setting itself
        keys.removeIf(key -> keys.stream().anyMatch(other -> other.startsWith(key + ".")));
        return keys;
    }

    /** Every key that has a meaning, set or not. */
    static Set<String> known() {
        Set<String> sections = KnownKeys.sections();
        Set<String> keys = new TreeSet<>();
        for (String section : sections) {
            if (section.startsWith("bootstrap.")) {
                continue;
            }
            KnownKeys.in(section).orElse(List.of()).stream()
                    .map(word -> section.isEmpty() ? word : section + "." + word)
                    .filter(key -> !sections.contains(key))
                    .forEach(keys::add);
        }
        dynamicKeys().filter(key -> !key.equals("standby_cluster")).forEach(keys::add);
        KnownKeys.in("bootstrap.dcs.standby_cluster")
                .orElse(List.of())
                .forEach(word -> keys.add("standby_cluster." + word));
        keys.removeAll(Set.of("bootstrap.dcs", "bootstrap.initdb", "etcd", "tags", "postgresql.bin_name"));
        keys.removeIf(key -> key.startsWith("postgresql.parameters"));
        return keys;
    }

    private static Stream<String> dynamicKeys() {
        return KnownKeys.in("bootstrap.dcs").orElse(List.of()).stream().filter(key -> !key.equals("postgresql"));
    }

    private static boolean isDynamic(String key) {
        String first = key.split("\\.", 2)[0];
        return key.equals("postgresql.use_slots") || dynamicKeys().anyMatch(first::equals);
    }

    private Setting setting(String key) {
        List<Source> local = places.local(key);
        Optional<Source> dynamic = places.dynamic(key);
        List<Source> ranked = new ArrayList<>();
        List<Source> ignored = new ArrayList<>();
        if (isDynamic(key)) {
            dynamic.ifPresent(source -> usable(key, source).ifPresentOrElse(ranked::add, () -> ignored.add(source)));
            local.forEach(source -> ignored.add(source.because(ONLY_DYNAMIC)));
        } else if (key.startsWith(POSTGRESQL) && !onlyLocal(key)) {
            ranked.addAll(local);
            dynamic.ifPresent(source -> (hiddenByLocal(key) ? ignored : ranked)
                    .add(hiddenByLocal(key) ? source.because("hidden by the local " + firstLevel(key)) : source));
        } else {
            ranked.addAll(local);
            dynamic.ifPresent(source -> ignored.add(source.because("ignored here: only local configuration counts")));
        }
        catalogue
                .standard(key)
                .ifPresent(text -> ranked.add(new Source(Kind.DEFAULT, "built-in default", new Value.Text(text))));
        List<Source> hidden = new ArrayList<>(ranked.stream().skip(1).toList());
        hidden.addAll(ignored);
        return new Setting(key, ranked.stream().findFirst(), hidden, effect(key), notes(key));
    }

    private static boolean onlyLocal(String key) {
        return PostgresSection.isOnlyLocal(key.substring(POSTGRESQL.length()).split("\\.", 2)[0]);
    }

    /** {@code postgresql.callbacks} of {@code postgresql.callbacks.on_stop}: the local file replaces it as a whole. */
    private static String firstLevel(String key) {
        return POSTGRESQL + key.substring(POSTGRESQL.length()).split("\\.", 2)[0];
    }

    private boolean hiddenByLocal(String key) {
        return !key.equals(firstLevel(key))
                && places.localHas(firstLevel(key))
                && places.local(key).isEmpty();
    }

    /** The value that counts for one in the dynamic configuration: timing is adjusted, what is wrong isn't used. */
    private Optional<Source> usable(String key, Source source) {
        DynamicConfigurationCheck check = situation.dynamic().check();
        if (new Layer("", check.usable()).find(key).isEmpty()) {
            return Optional.empty();
        }
        DynamicConfiguration inEffect = situation.dynamic().inEffect();
        Value counts = switch (key) {
            case "ttl" -> Value.of(inEffect.ttl().toSeconds());
            case "loop_wait" -> Value.of(inEffect.loopWait().toSeconds());
            case "retry_timeout" -> Value.of(inEffect.retryTimeout().toSeconds());
            default -> source.value();
        };
        return Optional.of(new Source(source.kind(), source.where(), counts));
    }

    private Effect effect(String key) {
        if (key.startsWith("ctl.") && key.contains("certfile")) {
            return Effect.NEXT_CALL;
        }
        return catalogue.effect(key);
    }

    private List<String> notes(String key) {
        DynamicConfigurationCheck check = situation.dynamic().check();
        List<String> notes = new ArrayList<>();
        Stream.of(check.rejected(), check.ignored(), check.unworkable(), check.adjusted())
                .flatMap(List::stream)
                .filter(text -> text.startsWith(key + ":") || text.startsWith(key + "="))
                .forEach(notes::add);
        if (key.startsWith("restapi.") && key.endsWith("file")) {
            notes.add("what is in the file is read again at a reload of the node");
        }
        if (key.startsWith("bootstrap.dcs.")) {
            notes.add(
                    "what counts now is " + key.substring("bootstrap.dcs.".length()) + " in the dynamic configuration");
        }
        return notes;
    }
}
