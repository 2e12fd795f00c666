package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.ServerStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What of the loop's lines a person gets to see. */
final class LoopLinesTest {
    private static final Logger LOGGER = Logger.getLogger("io.matriarch.ha");

    private final Shown shown = new Shown();
    private final LoopLines lines = new LoopLines();

    @BeforeEach
    void listen() {
        LOGGER.addHandler(shown);
    }

    @AfterEach
    void listenNoMore() {
        LOGGER.removeHandler(shown);
    }

    @Test
    void aLongActionIsToldWhenItBeginsAndNotThatItGoesOn() {
        lines.log("doing crash recovery in a single user mode", false);
        lines.begins(new Operation.CrashRecovery().title());
        lines.log("doing crash recovery in a single user mode in progress", false);
        lines.log("PAUSE: doing crash recovery in a single user mode in progress", false);
        lines.log("doing crash recovery in a single user mode in progress", false);
        assertThat(shown.lines).containsExactly("doing crash recovery in a single user mode");
    }

    /** Its line is the one that tells of the beginning. */
    @Test
    void eachRestartIsTold() {
        Operation restart = new Operation.Restart(Optional.empty());
        for (int id = 1; id <= 2; id++) {
            lines.log("restart in progress", false);
            lines.begins(restart.title());
            lines.log("restart in progress", false);
            lines.finished(new ServerStatus.Finished(id, restart, new OperationResult.Succeeded()));
            lines.log("no action. I am (a), the leader with the lock", false);
        }
        assertThat(shown.lines)
                .containsExactly(
                        "restart in progress",
                        "no action. I am (a), the leader with the lock",
                        "restart in progress",
                        "no action. I am (a), the leader with the lock");
    }

    private static final class Shown extends Handler {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.INFO.intValue()) {
                lines.add(line.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
