package io.matriarch.postgres;

import io.matriarch.cluster.Role;
import io.matriarch.config.PostgresSection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/** The scripts that are told of changes: {@code command action role scope} (reference 5.26). One at a time; a reload's never disturbs another. */
final class Callbacks {
    private static final Logger LOG = Logger.getLogger(Callbacks.class);

    private final AtomicReference<Optional<Process>> running = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<Process>> reloading = new AtomicReference<>(Optional.empty());

    void fire(String action, Role role, PostgresConfiguration configuration) {
        PostgresSection.effective(configuration.local().postgresql(), configuration.dynamic())
                .mapping("callbacks")
                .text(action)
                .ifPresent(command ->
                        run(command, action, role, configuration.local().scope()));
    }

    private void run(String command, String action, Role role, String scope) {
        List<String> words = new ArrayList<>(ShellWords.split(command));
        words.addAll(List.of(action, role == Role.PROMOTED ? Role.PRIMARY.text() : role.text(), scope));
        AtomicReference<Optional<Process>> slot = action.equals("on_reload") ? reloading : running;
        slot.get().filter(Process::isAlive).ifPresent(Callbacks::kill);
        try {
            slot.set(Optional.of(new ProcessBuilder(words).inheritIO().start()));
        } catch (IOException e) {
            LOG.errorf("callback %s can't be started: %s", action, e.getMessage());
        }
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
