package io.matriarch.config;

import java.util.List;

/**
 * What PostgreSQL says of the parameters in a configuration, a sentence for each, the whole key first.
 *
 * @param wrong values that a parameter can't have
 * @param doubtful names that this version doesn't know, which another version or an extension may, and numbers out of range, for which the range's end counts
 */
public record ParameterOpinion(List<String> wrong, List<String> doubtful) {
    public ParameterOpinion {
        wrong = List.copyOf(wrong);
        doubtful = List.copyOf(doubtful);
    }
}
