package io.matriarch.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardLinkTest {
    @Test
    void everythingSaidArrivesInOrderBeforeTheEnd() {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        GuardLink link = GuardLink.over(InputStream.nullInputStream(), heard);
        link.ready();
        link.fence(new ProcessId(7, 8), 42);
        link.unfence();
        link.exiting(1);
        assertThat(heard.toString(StandardCharsets.US_ASCII).replace("alive\n", ""))
                .isEqualTo("ready\nfence 7 8 42\nunfence\nexiting 1\n");
    }

    @Test
    void aFrozenGuardHoldsNobodyUp() throws Exception {
        try (PipedInputStream neverRead = new PipedInputStream(16)) {
            GuardLink link = GuardLink.over(InputStream.nullInputStream(), new PipedOutputStream(neverRead));
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                for (long until = 0; until < 10_000; until++) {
                    link.fence(new ProcessId(7, 8), until);
                }
                link.exiting(0);
            });
        }
    }

    @Test
    void theEndOfTheGuardIsNoticed() throws Exception {
        PipedOutputStream guard = new PipedOutputStream();
        GuardLink link = GuardLink.over(new PipedInputStream(guard), new ByteArrayOutputStream());
        CountDownLatch alone = new CountDownLatch(1);
        link.onGuardGone(alone::countDown);
        assertThat(alone.getCount()).isOne();
        guard.close();
        assertThat(alone.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theAgentSaysByItselfThatItIsAlive() throws Exception {
        try (PipedInputStream guard = new PipedInputStream()) {
            GuardLink link = GuardLink.over(InputStream.nullInputStream(), new PipedOutputStream(guard));
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                for (int beat = 0; beat < 2; beat++) {
                    byte[] line = guard.readNBytes("alive\n".length());
                    assertThat(new String(line, StandardCharsets.US_ASCII)).isEqualTo("alive\n");
                }
            });
            link.close();
        }
    }

    @Test
    void withoutAGuardNothingHappens() {
        assertDoesNothing(GuardLink.connect(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "x,y", "998,999"})
    void aVariableThatLeadsNowhereIsNoGuard(String value) {
        assertDoesNothing(GuardLink.connect(Map.of(GuardLink.VARIABLE, value)));
    }

    private static void assertDoesNothing(GuardLink link) {
        AtomicBoolean lost = new AtomicBoolean();
        link.onGuardGone(() -> lost.set(true));
        link.ready();
        link.unfence();
        link.exiting(0);
        assertThat(link.guarded()).isFalse();
        assertThat(lost).as("lost a guard that there never was").isFalse();
    }
}
