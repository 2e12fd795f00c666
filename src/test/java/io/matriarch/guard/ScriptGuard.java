package io.matriarch.guard;

import io.matriarch.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A real guard in a process of its own, whose agent is the shell script given as argument. */
final class ScriptGuard {
    private ScriptGuard() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        AgentCommand own = AgentCommand.ofThisProcess(arguments.length);
        List<byte[]> script = List.of(bytes("sh"), bytes(arguments[0]));
        AgentCommand command = new AgentCommand("/bin/sh", script, own.environment());
        System.exit(new Guard(SystemCalls.system(), command, Ticker.system()).run());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
