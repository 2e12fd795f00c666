package io.matriarch.cluster;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * With which repositories the jobs work, as {@code backup_jobs.repositories} says. Which repositories there are is in each member's own file: an unknown name is the job's failure.
 *
 * @param named of the jobs that have a list, in its order
 */
public record JobRepositories(Map<JobKind, List<String>> named) {
    static final String KEY = "repositories";

    /** As the names in the section backup. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    public JobRepositories {
        named = Map.copyOf(named);
    }

    /** What is wrong in it doesn't count; {@link #problem} tells. */
    static JobRepositories of(Mapping jobs) {
        Map<JobKind, List<String>> named = new EnumMap<>(JobKind.class);
        for (JobKind kind : JobKind.values()) {
            jobs.find(kind.word())
                    .map(JobRepositories::names)
                    .filter(names -> !names.isEmpty())
                    .ifPresent(names -> named.put(kind, names));
        }
        return new JobRepositories(named);
    }

    /** Empty when none are given. An incremental backup builds upon a base backup in the same repository, so it goes where those go unless its own list says otherwise. */
    public List<String> of(JobKind kind) {
        List<String> own = named.getOrDefault(kind, List.of());
        return own.isEmpty() && kind == JobKind.INCREMENTAL ? named.getOrDefault(JobKind.BASE, List.of()) : own;
    }

    /** What is wrong with the section, for a person. */
    static Optional<String> problem(Value value) {
        if (!(value instanceof Mapping jobs)) {
            return Optional.of(
                    "a mapping of jobs to lists of repositories is expected here, such as {base: [local, remote]}");
        }
        List<String> problems = new ArrayList<>();
        jobs.entries().forEach((job, names) -> {
            if (JobKind.of(job).isEmpty()) {
                problems.add("there is no job " + job + "; the jobs are " + JobKind.words());
            } else if (!(names instanceof Value.Null) && names(names).isEmpty()) {
                problems.add(
                        job
                                + ": a list of names is expected here, such as [local, remote], of lower-case letters, digits, - and _");
            }
        });
        return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
    }

    /** Empty when that is no list of names. */
    private static List<String> names(Value value) {
        if (!(value instanceof Sequence(List<Value> items))) {
            return List.of();
        }
        List<String> names = items.stream()
                .flatMap(item -> item.asText().stream())
                .filter(name -> NAME.matcher(name).matches())
                .toList();
        return names.size() == items.size() ? names.stream().distinct().toList() : List.of();
    }
}
