package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PgToolsTest {
    /** PostgreSQL would tell systemd of itself as if it were the service. */
    @Test
    @HardCase(110)
    void theSocketOfSystemdAndTheAgentsVariablesDoNotReachPostgres() {
        Map<String, String> environment = new HashMap<>(
                Map.of("NOTIFY_SOCKET", "/run/notify", "PATRONI_SUPERUSER_PASSWORD", "x", "LANG", "C.UTF-8"));
        PgTools.cleanEnvironment(environment);
        assertThat(environment).containsOnly(Map.entry("LANG", "C.UTF-8"));
    }
}
