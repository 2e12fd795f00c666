package io.matriarch.agent;

import io.matriarch.cluster.JobLock;
import io.matriarch.cluster.JobReport;
import io.matriarch.cluster.JobReport.Outcome;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** How the parts of a job ended, in their order. */
record JobResults(List<Part> parts) {
    /** etcd isn't there for long texts, and each member has the journal in memory. */
    private static final int LONGEST_DETAILS = 4000;

    JobResults {
        parts = List.copyOf(parts);
    }

    /**
     * How one ended.
     *
     * @param last of its commands
     */
    record Part(Optional<String> repository, JobProcess.Result last) {
        private List<String> problems() {
            if (last.ok()) {
                return List.of();
            }
            List<String> problems = new ArrayList<>(last.report().items("problems").stream()
                    .flatMap(problem -> problem.asText().stream())
                    .toList());
            last.errors().stream().filter(error -> !problems.contains(error)).forEach(problems::add);
            if (problems.isEmpty()) {
                problems.add("it ended with exit code " + last.code());
            }
            String where = repository.map(name -> "repository " + name + ": ").orElse("");
            return problems.stream().map(problem -> where + problem).toList();
        }

        private Mapping details() {
            Mapping details = last.report()
                    .without("job")
                    .without("ok")
                    .without("started")
                    .without("seconds")
                    .without("problems");
            Mapping named = details.isEmpty()
                    ? details
                    : repository.map(name -> details.with("repository", name)).orElse(details);
            return Json.compact(named).length() > LONGEST_DETAILS ? named.without("steps") : named;
        }
    }

    /** Does all parts, whichever fail, unless the agent ends; then there may be none at all. */
    static JobResults of(
            List<JobPart> parts, BooleanSupplier ending, Function<List<String>, JobProcess.Result> process) {
        List<Part> results = new ArrayList<>();
        for (JobPart part : parts) {
            Optional<JobProcess.Result> last = Optional.empty();
            for (List<String> command : part.commands()) {
                if (!ending.getAsBoolean() && last.stream().allMatch(JobProcess.Result::ok)) {
                    last = Optional.of(process.apply(command));
                }
            }
            last.ifPresent(result -> results.add(new Part(part.repository(), result)));
        }
        return new JobResults(results);
    }

    JobReport report(JobLock lock, Instant due, Duration took) {
        List<Part> failed = parts.stream().filter(part -> !part.last().ok()).toList();
        return new JobReport(
                lock.kind(),
                lock.member(),
                due,
                lock.started(),
                took,
                failed.isEmpty() ? Outcome.DONE : Outcome.FAILED,
                (failed.isEmpty() ? parts : failed).getFirst().details(),
                problems(failed));
    }

    /** A report has room for a few: every repository that failed is named before any has its second one. */
    private static List<String> problems(List<Part> failed) {
        List<String> first = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (Part part : failed) {
            List<String> problems = part.problems();
            first.add(problems.getFirst());
            others.addAll(problems.subList(1, problems.size()));
        }
        first.addAll(others);
        return first;
    }
}
