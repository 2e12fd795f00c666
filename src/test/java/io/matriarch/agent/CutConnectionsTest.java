package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.Logged;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** What becomes of the stack of a connection that came at the wrong moment. */
final class CutConnectionsTest {
    private static LogRecord failure(Throwable thrown) {
        LogRecord record = new LogRecord(Level.WARNING, "Failed to initialize a channel. Closing: [id: 0x1]");
        record.setThrown(thrown);
        return record;
    }

    @Test
    void itIsOneLineWhileTheCertificateIsExchanged() {
        CutConnections filter = new CutConnections();
        assertThat(filter.isLoggable(failure(new NullPointerException()))).isTrue();
        filter.exchangeBegins();
        try (Logged logged = new Logged(CutConnections.class)) {
            assertThat(filter.isLoggable(failure(new NullPointerException()))).isFalse();
            assertThat(filter.isLoggable(failure(new IllegalStateException())))
                    .as("something else")
                    .isTrue();
            assertThat(logged.messages()).hasSize(1).first().asString().contains("has to connect again");
        }
    }
}
