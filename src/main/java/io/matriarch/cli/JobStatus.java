package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cli.Table.Column;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.JobDocument;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.JobReport;
import io.matriarch.cluster.Member;
import io.matriarch.time.Deadline;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code matriarch backup status}: the scheduled jobs and the members' archive queues; 0, 1 when something failed, waits or can't be told, 2 for wrong usage. */
@Command(name = "status")
public final class JobStatus {
    private static final String SUMMARY =
            "Shows how the scheduled jobs of the cluster went, when they are due, and what each member has to archive yet.";

    private static final Duration FOR_A_MEMBER = Duration.ofSeconds(3);

    @Option(
            names = {"-c", "--config", "--config-file"},
            paramLabel = "FILE",
            description = "Configuration file or folder of a node; else PATRONICTL_CONFIG_FILE")
    private Optional<String> file = Optional.empty();

    @Option(
            names = {"-f", "--format"},
            paramLabel = "[pretty|tsv|json|yaml|yml]",
            description = "Output format")
    private OutputFormat format = OutputFormat.PRETTY;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    private JobStatus() {}

    /** Returns the exit code. */
    public static int run(List<String> arguments) {
        JobStatus command = new JobStatus();
        return new Tool("matriarch backup status", SUMMARY).run(command, arguments, command::run);
    }

    private int run(Terminal terminal) {
        return ClusterAccess.with(file, terminal, (configuration, view, api) -> {
            List<Queue> queues =
                    view.members().stream().map(member -> queue(api, member)).toList();
            return show(configuration.scope(), view, queues, terminal);
        });
    }

    /** What a member says of its archive; {@code answered}: whether it says anything. */
    private record Queue(String member, Mapping archive, boolean answered) {}

    private static Queue queue(MemberApi api, Member member) {
        Answer answer = api.send(Method.GET, member, "backups", Optional.empty(), Deadline.after(FOR_A_MEMBER));
        return switch (answer) {
            case Answer.Answered(int status, String text)
            when status == 200 -> new Queue(member.name(), object(text).mapping("archive"), true);
            case Answer.Answered _, Answer.Unreachable _ -> new Queue(member.name(), Mapping.empty(), false);
        };
    }

    private static Mapping object(String text) {
        try {
            return Json.parse(text) instanceof Mapping mapping ? mapping : Mapping.empty();
        } catch (MalformedDocument notOurs) {
            return Mapping.empty();
        }
    }

    private int show(String scope, ClusterView view, List<Queue> queues, Terminal terminal) {
        DynamicConfiguration config = view.config().orElse(DynamicConfiguration.DEFAULTS);
        Mapping jobs = JobDocument.of(view, config, Instant.now(), List.of(JobKind.values()))
                .mapping("jobs");
        List<List<Value>> rows = jobs.entries().keySet().stream()
                .map(job -> row(job, jobs.mapping(job), view))
                .toList();
        terminal.echo(jobTable(scope, rows).render(format));
        terminal.echo(queueTable(scope, queues).render(format));
        boolean failed = jobs.entries().keySet().stream()
                .map(job -> jobs.mapping(job).text("last").orElse("done"))
                .anyMatch(last -> !last.equals("done"));
        boolean stuck = queues.stream()
                .anyMatch(queue ->
                        !queue.answered() || queue.archive().text("failing").isPresent());
        return failed || stuck ? 1 : 0;
    }

    private static List<Value> row(String job, Mapping told, ClusterView view) {
        Optional<JobReport> last =
                JobKind.of(job).flatMap(kind -> view.jobs().journal().last(kind));
        String result = view.jobs()
                .running()
                .filter(lock -> lock.kind().word().equals(job))
                .map(lock -> "running on " + lock.member())
                .orElseGet(() -> told.text("last").orElse(""));
        List<Value> row = new ArrayList<>(List.of(
                Value.of(job),
                Value.of(told.text("schedule").orElse("")),
                Value.of(result),
                Value.of(last.map(JobReport::member).orElse("")),
                Value.of(last.map(report -> report.took().toSeconds() + " s").orElse(""))));
        row.add(Value.of(told.text("last_success").orElse("")));
        row.add(Value.of(told.text("next").orElse("")));
        row.add(Value.of(
                last.map(report -> String.join("; ", report.problems())).orElse("")));
        return row;
    }

    private static Listing jobTable(String scope, List<List<Value>> rows) {
        return new Listing(
                " Scheduled jobs of " + scope + " ",
                List.of("Job", "Schedule", "Last", "Member", "Took", "Last done", "Next", "Problem"),
                columns("Job", "Schedule", "Last", "Member", "Took", "Last done", "Next", "Problem"),
                rows,
                Set.of());
    }

    private static Listing queueTable(String scope, List<Queue> queues) {
        List<List<Value>> rows = queues.stream()
                .map(queue -> List.<Value>of(
                        Value.of(queue.member()),
                        Value.of(
                                queue.answered()
                                        ? queue.archive().text("waiting").orElse("unknown")
                                        : "doesn't answer"),
                        Value.of(queue.archive()
                                .text("oldest_seconds")
                                .map(seconds -> seconds.replaceAll("\\..*", "") + " s")
                                .orElse("")),
                        Value.of(queue.archive().text("failing").orElse("")),
                        Value.of(queue.archive().text("error").orElse(""))))
                .collect(Collectors.toList());
        return new Listing(
                " WAL to archive of " + scope + " ",
                List.of("Member", "Waiting", "Oldest", "Failing", "Error"),
                columns("Member", "Waiting", "Oldest", "Failing", "Error"),
                rows,
                Set.of());
    }

    private static List<Column> columns(String... headings) {
        return List.of(headings).stream().map(Column::left).toList();
    }
}
