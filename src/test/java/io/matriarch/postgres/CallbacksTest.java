package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Role;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scripts that are told of changes. */
@Timeout(60)
final class CallbacksTest {
    @TempDir
    private Path folder;

    private Path script;
    private Path told;
    private PostgresConfiguration configuration;
    private final Callbacks callbacks = new Callbacks();

    @BeforeEach
    void prepare() {
        script = folder.resolve("callback.sh");
        told = folder.resolve("told");
        Mapping scripts = Mapping.empty();
        for (String action : List.of("on_start", "on_stop", "on_role_change", "on_reload")) {
            scripts = scripts.with(action, script + " 'one word'");
        }
        scripts = scripts.with("on_restart", "/nowhere/at/all");
        Mapping dynamic = Mapping.empty().with("postgresql", Mapping.empty().with("callbacks", scripts));
        configuration = new PostgresConfiguration(
                new RealPostgres(folder, "unused").configuration().local(), new DynamicConfiguration(dynamic, 1));
    }

    private void script(String lines) throws IOException {
        Files.writeString(script, "#!/bin/bash\n" + lines + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void awaitTold(String... lines) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> Files.exists(told) && Files.readAllLines(told).equals(List.of(lines)));
    }

    @Test
    @HardCase(106)
    void theyGetActionScopeAndARoleThatIsNeverPromoted() throws Exception {
        script("echo \"$@\" >> " + told);
        callbacks.fire("on_role_change", Role.PROMOTED, configuration);
        awaitTold("one word on_role_change primary real");
        callbacks.fire("on_start", Role.STANDBY_LEADER, configuration);
        awaitTold("one word on_role_change primary real", "one word on_start standby_leader real");
    }

    @Test
    @HardCase(105)
    void theNextKillsTheOneBeforeAndItsChildrenButAReloadDoesNot() throws Exception {
        script("trap '' TERM\nif [ $2 = on_start ]; then sleep 300 & echo $$ $! >> " + told + "; wait; fi\necho $2 >> "
                + told);
        callbacks.fire("on_start", Role.REPLICA, configuration);
        Awaitility.await()
                .until(() -> Files.exists(told) && Files.readAllLines(told).size() == 1);
        String pids = Files.readAllLines(told).getFirst();
        callbacks.fire("on_reload", Role.REPLICA, configuration);
        awaitTold(pids, "on_reload");
        assertThat(alive(pids)).containsExactly(true, true);
        callbacks.fire("on_stop", Role.REPLICA, configuration);
        awaitTold(pids, "on_reload", "on_stop");
        Awaitility.await().until(() -> alive(pids).equals(List.of(false, false)));
    }

    private static List<Boolean> alive(String pids) {
        return List.of(pids.split(" ", -1)).stream()
                .map(pid -> ProcessHandle.of(Long.parseLong(pid))
                        .filter(ProcessHandle::isAlive)
                        .isPresent())
                .toList();
    }

    @Test
    void aScriptThatIsMissingHurtsNobody() throws Exception {
        script("echo $2 >> " + told);
        callbacks.fire("on_restart", Role.REPLICA, configuration);
        callbacks.fire("on_stop", Role.REPLICA, configuration);
        awaitTold("on_stop");
    }
}
