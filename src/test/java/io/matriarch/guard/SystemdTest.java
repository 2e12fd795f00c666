package io.matriarch.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.guard.GuardAction.SystemdState;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SystemdTest {
    private final SystemCalls calls = SystemCalls.system();

    @Test
    void withoutSystemdNothingIsTold() {
        Systemd none = Systemd.of(calls, Map.of("WATCHDOG_USEC", "10000000"), 1);
        assertThat(none.heartbeat()).isEmpty();
        none.tell(SystemdState.READY);
    }

    @Test
    void theWatchdogIsToldTwiceAsOftenAsItInsists() {
        Map<String, String> environment = Map.of("NOTIFY_SOCKET", "@nobody", "WATCHDOG_USEC", "10000000");
        assertThat(Systemd.of(calls, environment, 1).heartbeat()).contains(Duration.ofSeconds(5));
    }

    @Test
    void anotherProcessesWatchdogIsNotOurs() {
        Map<String, String> environment =
                Map.of("NOTIFY_SOCKET", "@nobody", "WATCHDOG_USEC", "10000000", "WATCHDOG_PID", "2");
        assertThat(Systemd.of(calls, environment, 1).heartbeat()).isEmpty();
    }

    @Test
    @HardCase(110)
    void aReloadIsToldWithItsMonotonicTime() {
        long before = System.nanoTime() / 1000;
        String told = Systemd.text(SystemdState.RELOADING);
        assertThat(told).matches("RELOADING=1\nMONOTONIC_USEC=[0-9]+");
        assertThat(Long.parseLong(told.substring(told.lastIndexOf('=') + 1)))
                .isBetween(before, System.nanoTime() / 1000);
        assertThat(Systemd.text(SystemdState.READY)).isEqualTo("READY=1");
    }

    @Test
    void anAddressIsAPathOrAbstract() {
        assertThat(SystemCalls.unixAddress("/x")).containsExactly(1, 0, '/', 'x');
        assertThat(SystemCalls.unixAddress("@x")).containsExactly(1, 0, 0, 'x');
    }
}
