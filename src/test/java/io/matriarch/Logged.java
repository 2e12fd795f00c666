package io.matriarch;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Keeps what a class logs, from INFO on, until it is closed. */
public final class Logged implements AutoCloseable {
    private final Logger logger;
    private final Keeper keeper = new Keeper();

    public Logged(Class<?> by) {
        logger = Logger.getLogger(by.getName());
        logger.addHandler(keeper);
    }

    private static final class Keeper extends Handler {
        private final List<LogRecord> records = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord logged) {
            records.add(logged);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    public List<String> messages() {
        return from(Level.INFO);
    }

    public List<String> warnings() {
        return from(Level.WARNING);
    }

    private List<String> from(Level level) {
        return keeper.records.stream()
                .filter(logged -> logged.getLevel().intValue() >= level.intValue())
                .map(logged -> logged.getMessage().formatted(logged.getParameters()))
                .toList();
    }

    @Override
    public void close() {
        logger.removeHandler(keeper);
    }
}
