package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.WatchdogSettings;
import io.matriarch.config.WatchdogSettings.Mode;
import io.matriarch.guard.SystemCalls;
import io.matriarch.ha.WatchdogState;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The watchdog's rules, on a FIFO as its driver for tests. */
@Timeout(60)
final class WatchdogTest {
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration LOOP_WAIT = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private Path fifo;

    @BeforeEach
    void makeFifo() throws Exception {
        fifo = folder.resolve("watchdog");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
    }

    private Watchdog watchdog(Mode mode, long margin) {
        return new Watchdog(
                new WatchdogSettings(mode, fifo.toString(), true, margin),
                new KernelWatchdog(SystemCalls.system(), fifo, true));
    }

    /** What the device gets until it is closed. */
    private CompletableFuture<String> reader() throws InterruptedException {
        CompletableFuture<String> all = CompletableFuture.supplyAsync(() -> {
            try (FileInputStream input = new FileInputStream(fifo.toFile())) {
                return new String(input.readAllBytes(), StandardCharsets.US_ASCII);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Thread.sleep(300); // the reader has to be there before the watchdog opens it
        return all;
    }

    @Test
    void itIsArmedKeptAliveFollowsTheTtlAndIsDisarmed() throws Exception {
        CompletableFuture<String> device = reader();
        Watchdog watchdog = watchdog(Mode.REQUIRED, 5);
        assertThat(watchdog.state()).isEqualTo(new WatchdogState(true, true, false, true));
        assertThat(watchdog.activate(TTL, LOOP_WAIT)).isEmpty();
        assertThat(watchdog.state().active()).isTrue();
        watchdog.keepAlive(TTL);
        watchdog.keepAlive(Duration.ofSeconds(40));
        watchdog.disarm();
        watchdog.keepAlive(TTL);
        assertThat(device.get(10, TimeUnit.SECONDS)).isEqualTo("Ctimeout=25\n11Ctimeout=35\n1V");
    }

    @Test
    void aNegativeMarginMeansHalfOfTheTtl() throws Exception {
        CompletableFuture<String> device = reader();
        Watchdog watchdog = watchdog(Mode.AUTOMATIC, -1);
        assertThat(watchdog.activate(TTL, LOOP_WAIT)).isEmpty();
        watchdog.disarm();
        assertThat(device.get(10, TimeUnit.SECONDS)).isEqualTo("Ctimeout=15\n1V");
    }

    @Test
    void requiredMeansThatNothingIsLedWithoutIt() throws Exception {
        Watchdog watchdog = watchdog(Mode.REQUIRED, 5);
        assertThat(watchdog.activate(TTL, LOOP_WAIT))
                .as("nobody reads the FIFO")
                .isPresent();
        assertThat(watchdog.state().active()).isFalse();
        assertThat(watchdog.state().failed()).isFalse();
        Files.delete(fifo);
        assertThat(watchdog.state().failed()).as("for the REST interface").isTrue();
        assertThat(watchdog.activate(TTL, LOOP_WAIT))
                .hasValueSatisfying(why -> assertThat(why).contains(fifo.toString()));
    }

    @Test
    void automaticGoesOnWithoutIt() throws Exception {
        Watchdog watchdog = watchdog(Mode.AUTOMATIC, 5);
        assertThat(watchdog.state().wanted()).isTrue();
        assertThat(watchdog.activate(TTL, LOOP_WAIT)).isEmpty();
        assertThat(watchdog.state()).isEqualTo(new WatchdogState(false, false, false, true));
    }

    @Test
    void aTimeoutBelowLoopWaitIsRefused() throws Exception {
        assertThat(watchdog(Mode.REQUIRED, 25).activate(TTL, LOOP_WAIT))
                .hasValueSatisfying(why -> assertThat(why).contains("safety_margin 25"));
    }

    /** A device that can only do another timeout than the wanted one. */
    private static final class Stubborn implements WatchdogDevice {
        private boolean armed;

        @Override
        public boolean usable() {
            return true;
        }

        @Override
        public Optional<String> arm(Duration timeout) {
            armed = true;
            return Optional.empty();
        }

        @Override
        public Duration timeout() {
            return Duration.ofSeconds(60);
        }

        @Override
        public boolean keepAlive() {
            return armed;
        }

        @Override
        public void disarm() {
            armed = false;
        }
    }

    @ParameterizedTest
    @CsvSource({"REQUIRED, true, false", "AUTOMATIC, false, true"})
    void aDeviceThatActsTooLateIsNotEnoughWhereItIsRequired(Mode mode, boolean refused, boolean armed) {
        Stubborn device = new Stubborn();
        Watchdog watchdog = new Watchdog(new WatchdogSettings(mode, "x", false, 5), device);
        assertThat(watchdog.activate(TTL, LOOP_WAIT).isPresent()).isEqualTo(refused);
        assertThat(device.armed).isEqualTo(armed);
        assertThat(watchdog.state().active()).isEqualTo(armed);
    }

    @Test
    void offNeverTouchesTheDevice() {
        assertThat(watchdog(Mode.OFF, 5).state()).isEqualTo(WatchdogState.OFF);
    }

    @ParameterizedTest
    @CsvSource({
        "{}, AUTOMATIC, /dev/watchdog",
        "{mode: off}, OFF, /dev/watchdog",
        "{mode: false}, OFF, /dev/watchdog",
        "{mode: require}, REQUIRED, /dev/watchdog",
        "'{mode: Required, device: /dev/w}', REQUIRED, /dev/w",
    })
    void theSectionIsRead(String yaml, Mode mode, String device) {
        WatchdogSettings settings = WatchdogSettings.of((Mapping) Yaml.parse(yaml));
        assertThat(settings.mode()).isEqualTo(mode);
        assertThat(settings.device()).isEqualTo(device);
        assertThat(settings.timeout(TTL)).isEqualTo(Duration.ofSeconds(25));
    }
}
