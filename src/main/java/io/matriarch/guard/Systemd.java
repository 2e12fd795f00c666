package io.matriarch.guard;

import io.matriarch.guard.GuardAction.SystemdState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Tells systemd how the service is (sd_notify): the guard does, since it is the service's main process. Does nothing elsewhere. */
final class Systemd {
    private final SystemCalls calls;
    private final Optional<String> socket;
    private final Optional<Duration> watchdog;

    private Systemd(SystemCalls calls, Optional<String> socket, Optional<Duration> watchdog) {
        this.calls = calls;
        this.socket = socket;
        this.watchdog = watchdog;
    }

    static Systemd of(SystemCalls calls, Map<String, String> environment, long self) {
        Optional<String> socket = Optional.ofNullable(environment.get("NOTIFY_SOCKET"))
                .filter(path -> path.startsWith("/") || path.startsWith("@"));
        boolean ours =
                environment.getOrDefault("WATCHDOG_PID", Long.toString(self)).equals(Long.toString(self));
        return new Systemd(
                calls, socket, ours ? interval(environment.getOrDefault("WATCHDOG_USEC", "")) : Optional.empty());
    }

    private static Optional<Duration> interval(String microseconds) {
        try {
            long micros = Long.parseLong(microseconds);
            return micros > 0 ? Optional.of(Duration.ofNanos(micros * 1000)) : Optional.empty();
        } catch (NumberFormatException | ArithmeticException none) {
            return Optional.empty();
        }
    }

    /** How often its watchdog has to be told: twice as often as it insists on. */
    Optional<Duration> heartbeat() {
        return socket.isPresent() ? watchdog.map(interval -> interval.dividedBy(2)) : Optional.empty();
    }

    void tell(SystemdState state) {
        if (state != SystemdState.ALIVE || heartbeat().isPresent()) {
            send(text(state));
        }
    }

    /** What {@code systemctl status} shows. */
    void tellStatus(String line) {
        send("STATUS=" + line);
    }

    private void send(String text) {
        socket.ifPresent(path -> calls.datagram(path, text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** systemd wants the time of a reload by CLOCK_MONOTONIC, which is Java's. */
    static String text(SystemdState state) {
        return switch (state) {
            case READY -> "READY=1";
            case RELOADING -> "RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000;
            case STOPPING -> "STOPPING=1";
            case ALIVE -> "WATCHDOG=1";
        };
    }
}
