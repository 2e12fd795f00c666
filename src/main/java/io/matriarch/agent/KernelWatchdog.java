package io.matriarch.agent;

import io.matriarch.guard.SystemCalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Linux's watchdog interface: {@code /dev/watchdog}, or a FIFO for tests (reference 2.9 and 5.23). */
final class KernelWatchdog implements WatchdogDevice {
    private static final long WDIOC_GETSUPPORT = 0x80285700L;
    private static final long WDIOC_SETTIMEOUT = 0xC0045706L;
    private static final long WDIOC_GETTIMEOUT = 0x80045707L;
    private static final int INFO_SIZE = 40;
    private static final int WDIOF_SETTIMEOUT = 0x0080;
    private static final int WDIOF_MAGICCLOSE = 0x0100;

    private final SystemCalls system;
    private final Path device;
    private final boolean testing;
    private OptionalInt descriptor = OptionalInt.empty();
    private Duration timeout = Duration.ZERO;

    KernelWatchdog(SystemCalls system, Path device, boolean testing) {
        this.system = system;
        this.device = device;
        this.testing = testing;
    }

    @Override
    public boolean usable() {
        return Files.exists(device) && Files.isWritable(device);
    }

    @Override
    public Optional<String> arm(Duration wanted) {
        // a FIFO without a reader would block
        int flags = SystemCalls.O_WRONLY | SystemCalls.O_CLOEXEC | (testing ? SystemCalls.O_NONBLOCK : 0);
        OptionalInt opened = descriptor.isPresent() ? descriptor : system.open(device.toString(), flags);
        if (opened.isEmpty()) {
            return Optional.of(device + " can't be opened for writing; it must exist, belong to this agent's user ("
                    + System.getProperty("user.name") + "), and be in nobody else's hands");
        }
        descriptor = opened;
        return testing ? tell(wanted) : set(wanted);
    }

    private Optional<String> tell(Duration wanted) {
        timeout = wanted;
        return write("Ctimeout=" + wanted.toSeconds() + "\n")
                ? Optional.empty()
                : Optional.of("nobody reads " + device);
    }

    private Optional<String> set(Duration wanted) {
        if (!has(WDIOF_MAGICCLOSE)) {
            disarm();
            return Optional.of(device + " can't be disarmed once it is active (no magic close)");
        }
        OptionalInt actual = OptionalInt.empty();
        if (has(WDIOF_SETTIMEOUT)) {
            actual = number(WDIOC_SETTIMEOUT, (int) wanted.toSeconds());
        }
        if (actual.isEmpty()) {
            actual = number(WDIOC_GETTIMEOUT, 0);
        }
        if (actual.isEmpty()) {
            disarm();
            return Optional.of(device + " doesn't say after how long it acts");
        }
        timeout = Duration.ofSeconds(actual.getAsInt());
        return Optional.empty();
    }

    private boolean has(int option) {
        return control(WDIOC_GETSUPPORT, new byte[INFO_SIZE])
                .filter(info ->
                        (ByteBuffer.wrap(info).order(ByteOrder.nativeOrder()).getInt(0) & option) != 0)
                .isPresent();
    }

    private OptionalInt number(long request, int argument) {
        byte[] memory = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(0, argument)
                .array();
        return control(request, memory).stream()
                .mapToInt(answer ->
                        ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder()).getInt(0))
                .findFirst();
    }

    private Optional<byte[]> control(long request, byte[] memory) {
        return descriptor.isPresent() ? system.control(descriptor.getAsInt(), request, memory) : Optional.empty();
    }

    @Override
    public Duration timeout() {
        return timeout;
    }

    @Override
    public boolean keepAlive() {
        return write("1");
    }

    private boolean write(String text) {
        return descriptor.isPresent() && system.write(descriptor.getAsInt(), text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void disarm() {
        if (descriptor.isPresent()) {
            write("V");
            system.close(descriptor.getAsInt());
            descriptor = OptionalInt.empty();
        }
    }
}
