package io.matriarch.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.LogSettings.Plain;
import io.matriarch.log.LogQueue.Target;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LogQueueTest {
    private final Kept emergency = new Kept();

    /** Keeps the lines, once it may. */
    private static final class Kept implements Output {
        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final CountDownLatch mayWrite;
        private final CountDownLatch writes = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);

        Kept() {
            this(new CountDownLatch(0));
        }

        Kept(CountDownLatch mayWrite) {
            this.mayWrite = mayWrite;
        }

        @Override
        public void write(String line) throws IOException {
            writes.countDown();
            try {
                mayWrite.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            lines.add(line);
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    private static Target target(Output output, String format, int longest) {
        return new Target(
                LineFormat.of(new Plain(format, Optional.empty(), false), false, ZoneOffset.UTC), output, longest);
    }

    private static void log(LogQueue queue, String... lines) {
        for (String line : lines) {
            queue.publish(new LogRecord(Level.INFO, line));
        }
    }

    @Test
    void whoLogsDoesNotWaitAndWhatIsLostIsCounted() throws InterruptedException {
        CountDownLatch mayWrite = new CountDownLatch(1);
        Kept slow = new Kept(mayWrite);
        LogQueue queue = new LogQueue(target(slow, "%(levelname)s: %(message)s", 3), emergency);
        queue.start();
        log(queue, "being written");
        assertThat(slow.writes.await(10, TimeUnit.SECONDS)).isTrue();
        log(queue, "b", "c", "d", "lost", "lost");
        mayWrite.countDown();
        queue.flush();
        log(queue, "e");
        queue.flush();
        assertThat(slow.lines)
                .containsExactly(
                        "INFO: being written",
                        "INFO: b",
                        "INFO: c",
                        "INFO: d",
                        "INFO: e",
                        "WARNING: 2 lines of the log are lost: it is written slower than they come, and"
                                + " log.max_queue_size is 3");
    }

    @Test
    void anotherTargetGetsWhatComesAndTheFormerOneIsClosed() throws InterruptedException {
        Kept first = new Kept();
        Kept second = new Kept();
        LogQueue queue = new LogQueue(target(first, "%(message)s", 10), emergency);
        queue.start();
        log(queue, "a");
        queue.flush();
        queue.use(target(second, "<%(message)s>", 10));
        log(queue, "b");
        queue.flush();
        assertThat(first.lines).containsExactly("a");
        assertThat(second.lines).containsExactly("<b>");
        assertThat(first.closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatCanNotBeWrittenGoesElsewhere() {
        Output broken = new Output() {
            @Override
            public void write(String line) throws IOException {
                throw new IOException("disk full");
            }

            @Override
            public void close() {}
        };
        LogQueue queue = new LogQueue(target(broken, "%(message)s", 10), emergency);
        queue.start();
        log(queue, "a");
        queue.flush();
        assertThat(emergency.lines).containsExactly("a");
    }
}
