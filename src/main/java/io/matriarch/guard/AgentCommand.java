package io.matriarch.guard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How to start the agent: this very program, with {@value #ARGUMENT} before its arguments. Arguments and environment are bytes as the kernel has them,
 * because a password in the environment must arrive unchanged whatever the locale is.
 *
 * @param releaseArguments those of the short-lived program that gives the leader key back
 */
record AgentCommand(
        String executable, List<byte[]> arguments, List<byte[]> releaseArguments, List<byte[]> environment) {
    /** The first argument that makes this program the agent. */
    static final String ARGUMENT = "agent";

    /** The argument of the short-lived program that gives the leader key back. */
    static final String RELEASE_ARGUMENT = "release-leader";

    /** What systemd tells the guard, and nobody else: PostgreSQL would answer it, too. */
    private static final List<String> SYSTEMD = List.of("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID");

    static final Path SELF = Path.of("/proc/self/exe");

    /** The agent lives as long as PostgreSQL and needs little; other commands of the same executable may use more for a while. */
    private static final String LITTLE = "-Xmx32m";

    /**
     * The command of this process turned into that of its agent.
     *
     * @param own how many of the arguments are the program's own, the rest (a JVM's options) come before them
     * @throws IOException without a /proc file system
     */
    static AgentCommand ofThisProcess(int own) throws IOException {
        List<byte[]> arguments = split(Files.readAllBytes(Path.of("/proc/self/cmdline")));
        List<byte[]> environment = new ArrayList<>(ownEnvironment());
        SYSTEMD.forEach(name -> environment.removeIf(entry -> names(entry, name)));
        return new AgentCommand(
                ownExecutable(), with(ARGUMENT, arguments, own), with(RELEASE_ARGUMENT, arguments, own), environment);
    }

    static List<byte[]> ownEnvironment() throws IOException {
        return split(Files.readAllBytes(Path.of("/proc/self/environ")));
    }

    /** The program's path, for people to read in ps; or the running program itself when its file has been replaced. */
    static String ownExecutable() throws IOException {
        Path path = Files.readSymbolicLink(SELF);
        return (Files.isExecutable(path) ? path : SELF).toString();
    }

    private static List<byte[]> with(String word, List<byte[]> arguments, int own) {
        List<byte[]> changed = new ArrayList<>(arguments);
        changed.add(arguments.size() - own, word.getBytes(StandardCharsets.UTF_8));
        if (isNative() && arguments.stream().noneMatch(AgentCommand::limitsHeap)) {
            changed.add(arguments.size() - own + 1, LITTLE.getBytes(StandardCharsets.UTF_8));
        }
        return changed;
    }

    private static boolean isNative() {
        return System.getProperty("org.graalvm.nativeimage.imagecode") != null;
    }

    static boolean limitsHeap(byte[] argument) {
        return new String(argument, StandardCharsets.UTF_8).startsWith("-Xmx");
    }

    /** The environment with a variable more, which replaces one of the same name. */
    List<byte[]> environmentWith(String name, String value) {
        List<byte[]> changed = new ArrayList<>(environment);
        changed.removeIf(entry -> names(entry, name));
        changed.add((name + "=" + value).getBytes(StandardCharsets.UTF_8));
        return changed;
    }

    private static boolean names(byte[] entry, String name) {
        byte[] prefix = (name + "=").getBytes(StandardCharsets.UTF_8);
        return entry.length >= prefix.length && Arrays.equals(entry, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** The parts of /proc's lists, each ended by a zero byte. */
    static List<byte[]> split(byte[] list) {
        List<byte[]> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < list.length; i++) {
            if (list[i] == 0) {
                parts.add(Arrays.copyOfRange(list, start, i));
                start = i + 1;
            }
        }
        return parts;
    }
}
