package io.matriarch.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The agent has a guard, which stops PostgreSQL if the agent hangs (docs/guard.md). */
final class GuardCheck implements Check {
    private static final String AGENT = "agent";

    private final Path processes;
    private final Path configuration;
    private final boolean running;

    /**
     * @param processes {@code /proc}
     * @param configuration the node's file
     * @param running whether the agent answers
     */
    GuardCheck(Path processes, Path configuration, boolean running) {
        this.processes = processes;
        this.configuration = configuration;
        this.running = running;
    }

    @Override
    public String name() {
        return "guard";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        Optional<Long> agent = agent();
        if (agent.isPresent() && hasGuard(agent.get())) {
            report.ok("process " + agent.get(), "the agent has a guard");
        } else if (agent.isPresent()) {
            report.warning(
                    "process " + agent.get(),
                    "the agent runs without a guard: if it hangs, nobody stops PostgreSQL when the lease runs out",
                    "start it as 'matriarch CONFIG', not as 'matriarch agent CONFIG'");
        } else {
            report.ok(
                    configuration.toString(),
                    running
                            ? "no agent of Matriarch's with this file is among this machine's processes: it's Patroni, or runs elsewhere"
                            : "the agent doesn't run, so there is nothing to guard");
        }
        return report.findings();
    }

    /** The process that was started as {@code ... agent CONFIG}. */
    private Optional<Long> agent() {
        try (DirectoryStream<Path> numbers = Files.newDirectoryStream(processes, "[0-9]*")) {
            for (Path number : numbers) {
                List<String> words = commandLine(number);
                int last = words.size() - 1;
                if (last >= 1 && words.get(last - 1).equals(AGENT) && isOurs(number, words.get(last))) {
                    return Optional.of(Long.parseLong(number.getFileName().toString()));
                }
            }
        } catch (IOException unreadable) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private boolean isOurs(Path process, String file) {
        try {
            Path there = process.resolve("cwd").toRealPath().resolve(file);
            return Files.isSameFile(there, configuration);
        } catch (IOException closed) {
            return Path.of(file).toAbsolutePath().equals(configuration.toAbsolutePath());
        }
    }

    /** Its parent has the same words but for {@value #AGENT}. */
    private boolean hasGuard(long agent) {
        Path process = processes.resolve(Long.toString(agent));
        List<String> words = commandLine(process);
        List<String> guards = words.stream().limit(words.size() - 2L).toList();
        return parent(process)
                .map(this::commandLine)
                .filter(parent -> parent.size() == words.size() - 1
                        && parent.subList(1, guards.size()).equals(guards.subList(1, guards.size()))
                        && parent.getLast().equals(words.getLast()))
                .isPresent();
    }

    private Optional<Path> parent(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            return Optional.of(
                    processes.resolve(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[1]));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** Without limits of memory, in which guard and agent differ. */
    private List<String> commandLine(Path process) {
        try {
            String line = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
            return Arrays.stream(line.split("\0", -1))
                    .filter(word -> !word.isEmpty() && !word.startsWith("-X"))
                    .toList();
        } catch (IOException gone) {
            return List.of();
        }
    }
}
