package io.matriarch.agent;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** Names levels as Python does, since people search Patroni's logs for them: WARNING, not WARN; CRITICAL, not FATAL. */
@LoggingFilter(name = "patroni-levels")
public final class PatroniLevels implements Filter {
    private static final Level CRITICAL = new Named("CRITICAL", org.jboss.logmanager.Level.FATAL.intValue());

    @Override
    public boolean isLoggable(LogRecord record) {
        if (record.getLevel().equals(org.jboss.logmanager.Level.WARN)) {
            record.setLevel(Level.WARNING);
        } else if (record.getLevel().equals(org.jboss.logmanager.Level.FATAL)) {
            record.setLevel(CRITICAL);
        }
        return true;
    }

    private static final class Named extends Level {
        private static final long serialVersionUID = 1L;

        Named(String name, int value) {
            super(name, value);
        }
    }
}
