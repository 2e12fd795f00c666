package io.matriarch.log;

import java.util.Locale;
import java.util.logging.Level;

/** Python's levels, since people search Patroni's logs for their names and numbers. */
enum LogLevel {
    DEBUG(10, 500),
    INFO(20, 800),
    WARNING(30, 900),
    ERROR(40, 1000),
    CRITICAL(50, 1100);

    private final int number;
    private final int least;

    /**
     * @param number Python's
     * @param least the number of the log manager's level from which on a record has this one
     */
    LogLevel(int number, int least) {
        this.number = number;
        this.least = least;
    }

    /** Python's number for it. */
    int number() {
        return number;
    }

    /** That of a record. */
    static LogLevel of(Level level) {
        LogLevel found = DEBUG;
        for (LogLevel candidate : values()) {
            if (level.intValue() >= candidate.least) {
                found = candidate;
            }
        }
        return found;
    }

    /** The log manager's level for a name in the configuration. */
    static Level threshold(String name) {
        return switch (name.strip().toUpperCase(Locale.ROOT)) {
            case "DEBUG" -> org.jboss.logmanager.Level.DEBUG;
            case "WARN", "WARNING" -> org.jboss.logmanager.Level.WARN;
            case "ERROR" -> org.jboss.logmanager.Level.ERROR;
            case "FATAL", "CRITICAL" -> org.jboss.logmanager.Level.FATAL;
            case "NOTSET" -> Level.ALL;
            default -> org.jboss.logmanager.Level.INFO;
        };
    }
}
