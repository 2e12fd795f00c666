package io.matriarch.config;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Keys that are unknown and look like a known one. Other unknown keys are kept without a word: scripts and other tools read the same file, and Patroni's users have keys of
 * their own there.
 */
public final class Misspellings {
    /** Shorter words are near to everything. */
    private static final int SHORTEST = 4;

    private static final int LONG_ENOUGH_FOR_TWO = 7;

    private Misspellings() {}

    /** A sentence for each, with the whole key in it. */
    static List<String> in(Mapping configuration) {
        List<String> found = new ArrayList<>();
        search("", configuration, found);
        return found;
    }

    private static void search(String path, Value value, List<String> found) {
        Optional<List<String>> known = KnownKeys.in(path);
        if (value instanceof Sequence(List<Value> items) && known.isPresent()) {
            items.forEach(item -> search(path, item instanceof Value.Text(String key) ? single(key) : item, found));
        }
        if (!(value instanceof Mapping mapping)) {
            return;
        }
        mapping.entries().forEach((key, inner) -> {
            String whole = path.isEmpty() ? key : path + "." + key;
            known.flatMap(words -> meant(key, words))
                    .ifPresent(
                            word -> found.add("%s is unknown and has no effect; is %s meant?".formatted(whole, word)));
            search(whole, inner, found);
        });
    }

    private static Mapping single(String key) {
        return Mapping.empty().with(key, new Value.Text(""));
    }

    /** The known word that {@code key} is one or two slips away from; absent if it is known itself. */
    private static Optional<String> meant(String key, List<String> words) {
        return words.contains(key) ? Optional.empty() : nearest(key, words);
    }

    /** The word that {@code key} is one or two slips away from, the nearest first; absent when all are farther. */
    public static Optional<String> nearest(String key, Collection<String> words) {
        if (key.length() < SHORTEST) {
            return Optional.empty();
        }
        int most = key.length() >= LONG_ENOUGH_FOR_TWO ? 2 : 1;
        return words.stream()
                .filter(word -> word.length() >= SHORTEST && Math.abs(word.length() - key.length()) <= most)
                .filter(word -> slips(key, word) <= most)
                .min(Comparator.comparingInt(word -> slips(key, word)));
    }

    /** Letters that are missing, too many, wrong, or exchanged with their neighbour. */
    static int slips(String given, String meant) {
        int[][] least = new int[given.length() + 1][meant.length() + 1];
        for (int i = 0; i <= given.length(); i++) {
            for (int j = 0; j <= meant.length(); j++) {
                if (i == 0 || j == 0) {
                    least[i][j] = i + j;
                    continue;
                }
                int wrong = given.charAt(i - 1) == meant.charAt(j - 1) ? 0 : 1;
                least[i][j] = Math.min(Math.min(least[i - 1][j], least[i][j - 1]) + 1, least[i - 1][j - 1] + wrong);
                if (i > 1
                        && j > 1
                        && given.charAt(i - 1) == meant.charAt(j - 2)
                        && given.charAt(i - 2) == meant.charAt(j - 1)) {
                    least[i][j] = Math.min(least[i][j], least[i - 2][j - 2] + 1);
                }
            }
        }
        return least[given.length()][meant.length()];
    }
}
