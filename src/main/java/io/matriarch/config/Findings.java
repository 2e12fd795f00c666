package io.matriarch.config;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong or strange in a configuration, and knows which layer it comes from. */
final class Findings {
    private final String wholeDocument;
    private final List<Layer> layers;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Problem> mistakes = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /** @param wholeDocument what to name as the source of something that is nowhere */
    Findings(String wholeDocument, List<Layer> layers) {
        this.wholeDocument = wholeDocument;
        this.layers = List.copyOf(layers);
    }

    void problem(String key, String text) {
        problem(new Problem(source(key), key, text));
    }

    void problem(Problem problem) {
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    /** Wrong, and yet the configuration can be used. */
    void mistake(String key, String text) {
        Problem mistake = new Problem(source(key), key, text);
        if (!mistakes.contains(mistake)) {
            mistakes.add(mistake);
        }
    }

    void warning(String text) {
        warnings.add(text);
    }

    List<Problem> problems() {
        return problems;
    }

    List<Problem> mistakes() {
        return mistakes;
    }

    List<String> warnings() {
        return warnings;
    }

    private String source(String key) {
        return layers.reversed().stream()
                .filter(layer -> layer.has(key))
                .map(Layer::source)
                .findFirst()
                .orElse(wholeDocument);
    }
}
