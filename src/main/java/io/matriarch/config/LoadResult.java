package io.matriarch.config;

import java.util.List;
import java.util.stream.Stream;

/** The outcome of reading a configuration of type {@code C}. */
public sealed interface LoadResult<C> {
    /**
     * It can be used.
     *
     * @param mistakes what is wrong in it without being a reason not to start: something else counts instead, or PostgreSQL will refuse it. {@code --validate-config} fails
     *     for these
     * @param warnings what may be meant otherwise
     */
    record Loaded<C>(C configuration, List<Problem> mistakes, List<String> warnings) implements LoadResult<C> {
        public Loaded {
            mistakes = List.copyOf(mistakes);
            warnings = List.copyOf(warnings);
        }

        /** All of it, for the log. */
        public List<String> remarks() {
            return Stream.concat(mistakes.stream().map(Problem::toString), warnings.stream())
                    .toList();
        }
    }

    /** It can't; all that is wrong with it. */
    record Invalid<C>(List<Problem> problems) implements LoadResult<C> {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
