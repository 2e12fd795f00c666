package io.matriarch.guard;

import io.matriarch.guard.GuardAction.Severity;
import io.matriarch.time.Ticker;
import java.io.IOException;

/** What runs when the daemon is started: the guard, which starts the agent. */
public final class GuardMain {
    /** The first argument that makes this program the agent instead; what follows it are the daemon's own arguments. */
    public static final String AGENT_ARGUMENT = AgentCommand.ARGUMENT;

    private GuardMain() {}

    /**
     * Runs until the agent ends for good.
     *
     * @param arguments exactly those that main got
     * @return the exit code: the agent's, or 128 plus the signal that ended it; 1 when there is no agent to start
     */
    public static int run(String[] arguments) {
        try {
            AgentCommand command = AgentCommand.ofThisProcess(arguments.length);
            return new Guard(SystemCalls.system(), command, Ticker.system()).run();
        } catch (IOException | SystemCalls.SystemCallException e) {
            GuardLog.say(Severity.ERROR, "Can't guard an agent (is /proc mounted?): " + e);
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }
}
