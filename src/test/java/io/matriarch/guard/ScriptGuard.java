package io.matriarch.guard;

import io.matriarch.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A real guard in a process of its own, whose agent is the shell script given as argument; with an argument it is the program that gives the leader key back. */
final class ScriptGuard {
    private ScriptGuard() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        AgentCommand own = AgentCommand.ofThisProcess(arguments.length);
        List<byte[]> script = List.of(bytes("sh"), bytes(arguments[0]));
        List<byte[]> release = List.of(bytes("sh"), bytes(arguments[0]), bytes(AgentCommand.RELEASE_ARGUMENT));
        AgentCommand command = new AgentCommand("/bin/sh", script, release, own.environment());
        System.exit(new Guard(SystemCalls.system(), command, Ticker.system()).run());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
