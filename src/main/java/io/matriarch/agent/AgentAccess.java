package io.matriarch.agent;

import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Where REST finds the agent; empty until the agent has reached etcd. */
@Singleton
public final class AgentAccess {
    private final AtomicReference<Optional<Commands>> commands = new AtomicReference<>(Optional.empty());

    public Optional<Commands> commands() {
        return commands.get();
    }

    public void publish(Commands ready) {
        commands.set(Optional.of(ready));
    }
}
