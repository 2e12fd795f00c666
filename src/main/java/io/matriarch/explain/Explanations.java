package io.matriarch.explain;

import io.matriarch.config.Misspellings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** All settings of a node, without their secrets. */
final class Explanations {
    private final List<Setting> settings;

    Explanations(Situation situation) {
        List<Setting> all = new ArrayList<>(new SectionSettings(situation, new Catalogue()).all());
        all.addAll(new ParameterSettings(situation).all());
        this.settings = all.stream().map(Explanations::withoutSecrets).toList();
    }

    private static Setting withoutSecrets(Setting setting) {
        return new Setting(
                setting.key(),
                setting.effective().map(source -> withoutSecrets(setting.key(), source)),
                setting.hidden().stream()
                        .map(source -> withoutSecrets(setting.key(), source))
                        .toList(),
                setting.effect(),
                setting.notes().stream().map(Redaction::text).toList());
    }

    private static Source withoutSecrets(String key, Source source) {
        boolean builtIn = source.kind() == Source.Kind.DEFAULT;
        return new Source(
                source.kind(),
                source.where(),
                builtIn ? source.value() : Redaction.of(key, source.value()),
                source.remark());
    }

    List<Setting> all() {
        return settings;
    }

    List<Setting> differing() {
        return settings.stream()
                .filter(Setting::differsFromDefault)
                .filter(setting -> setting.effect() != Effect.BOOTSTRAP)
                .toList();
    }

    /** What a person means by {@code key}. */
    Found find(String key) {
        for (String whole : List.of(key, ParameterSettings.PREFIX + key)) {
            List<Setting> found = settings.stream()
                    .filter(setting -> setting.key().equalsIgnoreCase(whole))
                    .toList();
            if (!found.isEmpty()) {
                return new Found.One(found.getFirst());
            }
        }
        List<Setting> section = settings.stream()
                .filter(setting -> setting.key().startsWith(key + "."))
                .toList();
        return section.isEmpty() ? new Found.None(nearest(key)) : new Found.Section(section);
    }

    /** A result of {@link #find}. */
    sealed interface Found {
        /** A setting. */
        record One(Setting setting) implements Found {}

        /** All settings of a section. */
        record Section(List<Setting> settings) implements Found {
            public Section {
                settings = List.copyOf(settings);
            }
        }

        /** Nothing is called so. */
        record None(Optional<String> nearest) implements Found {}
    }

    /** Whole keys, their last parts, and sections; the answer is a key that can be asked for. */
    private Optional<String> nearest(String key) {
        Set<String> words = new TreeSet<>();
        for (Setting setting : settings) {
            String whole = setting.key();
            for (int dot = whole.length(); dot > 0; dot = whole.lastIndexOf('.', dot - 1)) {
                words.add(whole.substring(0, dot));
            }
            if (whole.startsWith(ParameterSettings.PREFIX)) {
                words.add(whole.substring(ParameterSettings.PREFIX.length()));
            }
        }
        String lower = key.toLowerCase(Locale.ROOT);
        return Misspellings.nearest(lower, words).or(() -> byLastPart(lower));
    }

    /** A key of another section than the person thought. */
    private Optional<String> byLastPart(String key) {
        String last = key.substring(key.lastIndexOf('.') + 1);
        return settings.stream()
                .map(Setting::key)
                .filter(whole -> whole.endsWith("." + last) || whole.equals(last))
                .findFirst();
    }
}
