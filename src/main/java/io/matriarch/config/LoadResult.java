package io.matriarch.config;

import java.util.List;

/** The outcome of reading a configuration of type {@code C}. */
public sealed interface LoadResult<C> {
    /** It can be used. The warnings are for the log. */
    record Loaded<C>(C configuration, List<String> warnings) implements LoadResult<C> {
        public Loaded {
            warnings = List.copyOf(warnings);
        }
    }

    /** It can't; all that is wrong with it. */
    record Invalid<C>(List<Problem> problems) implements LoadResult<C> {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
