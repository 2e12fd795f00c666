package io.matriarch.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a process of this very program that outlives this one, in a session of its own, with low priority and without anything to read or write: PostgreSQL neither waits for
 * it nor signals it.
 *
 * @param own how many of this process's arguments are the program's own; the options of a JVM come before them
 */
record Companion(int own) {
    private static final Path SELF = Path.of("/proc/self/exe");

    /** Starts it; whether it works out is seen in the spool only. */
    void start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("setsid", "--fork", "nice", "-n", "10"));
        command.addAll(program());
        command.addAll(arguments);
        new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private List<String> program() throws IOException {
        List<String> words = List.of(Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1)
                .split("\0", -1));
        Path executable = Files.readSymbolicLink(SELF);
        List<String> program = new ArrayList<>();
        program.add(executable.toString());
        // what follows the last word is empty
        program.addAll(words.subList(1, words.size() - 1 - own));
        return program;
    }
}
