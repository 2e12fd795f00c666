package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.Member;
import io.matriarch.time.Deadline;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code matriarch backup start}: 0 when the job is to begin, 1 when it isn't, 2 for wrong usage. */
@Command(name = "start")
public final class JobStart {
    private static final String SUMMARY = "Begins a job of the cluster now, on the member that would do it by schedule:"
            + " base (the default), incremental, dump, expire or drill. 'matriarch backup status' shows how it goes.";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ACCEPTED = 202;

    @Option(
            names = {"-c", "--config", "--config-file"},
            paramLabel = "FILE",
            description = "Configuration file or folder of a node; else PATRONICTL_CONFIG_FILE")
    private Optional<String> file = Optional.empty();

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    @Parameters(arity = "0..1", paramLabel = "JOB", description = "Which job; by default base")
    private Optional<String> job = Optional.empty();

    private JobStart() {}

    /** Returns the exit code. */
    public static int run(List<String> arguments) {
        JobStart command = new JobStart();
        return new Tool("matriarch backup start", SUMMARY).run(command, arguments, command::run);
    }

    private int run(Terminal terminal) {
        Optional<JobKind> kind = JobKind.of(job.orElse(JobKind.BASE.word()));
        if (kind.isEmpty()) {
            terminal.complain("Error: there is no such job: it must be one of base, incremental, dump, expire, drill");
            return Tool.WRONG_USAGE;
        }
        return ClusterAccess.with(file, terminal, (_, view, api) -> start(kind.get(), view, api, terminal));
    }

    private static int start(JobKind kind, ClusterView view, MemberApi api, Terminal terminal) {
        // any member takes the request; the leader is the likeliest to answer
        List<Member> members = view.members().stream()
                .sorted(Comparator.comparing((Member member) -> !view.leads(member.name())))
                .toList();
        String trouble = "the cluster has no members";
        for (Member member : members) {
            Answer answer = api.send(
                    Method.POST,
                    member,
                    "backups",
                    Optional.of(Mapping.empty().with("job", kind.word())),
                    Deadline.after(PATIENCE));
            switch (answer) {
                case Answer.Answered(int status, String text) -> {
                    if (status == ACCEPTED) {
                        terminal.echo(message(text) + " and 'matriarch backup status'");
                        return 0;
                    }
                    terminal.complain("Error: " + member.name() + " answers " + status + ": " + text.strip());
                    return 1;
                }
                case Answer.Unreachable(String why) -> trouble = member.name() + " doesn't answer: " + why;
            }
        }
        terminal.complain("Error: " + trouble);
        return 1;
    }

    private static String message(String text) {
        try {
            return Json.parse(text) instanceof Mapping mapping
                    ? mapping.text("message").orElse(text)
                    : text;
        } catch (MalformedDocument notOurs) {
            return text;
        }
    }
}
