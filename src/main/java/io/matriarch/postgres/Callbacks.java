package io.matriarch.postgres;

import io.matriarch.cluster.Role;
import io.matriarch.config.PostgresSection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/**
 * The scripts that are told of changes: {@code command action role scope} (reference 5.26). One at a time: one that still runs is killed with its children before
 * the next begins, which waits if that takes long. A reload's have a place of their own and never disturb the others.
 */
final class Callbacks {
    private static final Logger LOG = Logger.getLogger(Callbacks.class);

    private final Place changes = new Place("callback");
    private final Place reloads = new Place("callback-reload");

    /** Returns at once. */
    void fire(String action, Role role, PostgresConfiguration configuration) {
        PostgresSection.effective(configuration.local().postgresql(), configuration.dynamic())
                .mapping("callbacks")
                .text(action)
                .ifPresent(command -> {
                    List<String> words = new ArrayList<>(ShellWords.split(command));
                    words.addAll(List.of(
                            action,
                            role == Role.PROMOTED ? Role.PRIMARY.text() : role.text(),
                            configuration.local().scope()));
                    (action.equals("on_reload") ? reloads : changes).run(action, words);
                });
    }

    /** Where one script runs at a time. */
    private static final class Place {
        private final ExecutorService thread;
        private Optional<Process> running = Optional.empty();

        Place(String name) {
            thread = Executors.newSingleThreadExecutor(
                    task -> Thread.ofPlatform().name(name).daemon().unstarted(task));
        }

        void run(String action, List<String> words) {
            thread.execute(() -> {
                running.filter(Process::isAlive).ifPresent(Place::kill);
                try {
                    running = Optional.of(new ProcessBuilder(words).inheritIO().start());
                } catch (IOException e) {
                    running = Optional.empty();
                    LOG.errorf("callback %s can't be started: %s", action, e.getMessage());
                }
            });
        }

        private static void kill(Process process) {
            List<ProcessHandle> children = process.descendants().toList();
            process.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
            process.onExit().join();
        }
    }
}
