package io.matriarch.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * This very program, as words to start another command of it with.
 *
 * @param words the executable and, on a JVM, its options
 */
record OwnProgram(List<String> words) {
    private static final Path SELF = Path.of("/proc/self/exe");

    /** The word that makes this program the agent; what follows are the agent's arguments. */
    private static final String AGENT = "agent";

    OwnProgram {
        words = List.copyOf(words);
    }

    /** @throws IOException without a /proc file system */
    static OwnProgram ofThisAgent() throws IOException {
        List<String> arguments = List.of(Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1)
                .split("\0"));
        Path executable = Files.readSymbolicLink(SELF);
        String program = (Files.isExecutable(executable) ? executable : SELF).toString();
        return new OwnProgram(of(program, arguments));
    }

    /** The agent's own limit of memory isn't that of others. */
    static List<String> of(String program, List<String> arguments) {
        int agent = arguments.lastIndexOf(AGENT);
        List<String> words = new ArrayList<>(List.of(program));
        arguments.subList(1, agent < 0 ? arguments.size() : agent).stream()
                .filter(word -> !word.startsWith("-Xmx"))
                .forEach(words::add);
        return words;
    }

    List<String> with(List<String> arguments) {
        List<String> command = new ArrayList<>(words);
        command.addAll(arguments);
        return command;
    }
}
