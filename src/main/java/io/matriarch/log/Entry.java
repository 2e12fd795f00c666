package io.matriarch.log;

import io.matriarch.value.Value;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jspecify.annotations.Nullable;

/** What is logged, as it was when it was logged: whatever it was made from may change before it is written. */
record Entry(
        Instant time,
        LogLevel level,
        String logger,
        String message,
        Optional<Throwable> thrown,
        long process,
        long thread,
        String threadName,
        Optional<Caller> caller) {
    /** Puts the arguments into the message. */
    private static final PatternFormatter MESSAGE = new PatternFormatter("%s");

    /** Digits after the point. */
    private static final int MICROS = 6;

    private static final int MILLIS = 3;

    /** Who logged it; to find out is expensive. */
    record Caller(String file, String type, String method, int line) {}

    static Entry of(LogRecord logged, boolean withCaller) {
        ExtLogRecord full = ExtLogRecord.wrap(logged);
        return new Entry(
                full.getInstant(),
                LogLevel.of(full.getLevel()),
                text(full.getLoggerName()),
                MESSAGE.format(full),
                Optional.ofNullable(full.getThrown()),
                full.getProcessId(),
                full.getLongThreadID(),
                text(full.getThreadName()),
                withCaller ? Optional.of(caller(full)) : Optional.empty());
    }

    private static Caller caller(ExtLogRecord logged) {
        return new Caller(
                text(logged.getSourceFileName()),
                text(logged.getSourceClassName()),
                text(logged.getSourceMethodName()),
                logged.getSourceLineNumber());
    }

    private static String text(@Nullable String text) {
        return Optional.ofNullable(text).orElse("");
    }

    /** The value of one of Python's attributes but asctime; absent if there is none of this name. */
    Optional<Value> attribute(String name) {
        return switch (name) {
            case "message" -> Optional.of(Value.of(message));
            case "levelname" -> Optional.of(Value.of(level.name()));
            case "levelno" -> Optional.of(Value.of(level.number()));
            case "name" -> Optional.of(Value.of(LoggerNames.patronis(logger)));
            case "process" -> Optional.of(Value.of(process));
            case "processName" -> Optional.of(Value.of("MainProcess")); // as Python calls it
            case "thread" -> Optional.of(Value.of(thread));
            case "threadName" -> Optional.of(Value.of(threadName));
            case "created" -> Optional.of(new Value.Decimal(seconds()));
            case "msecs" -> Optional.of(new Value.Decimal(BigDecimal.valueOf(time.toEpochMilli() % 1000 * 10, 1)));
            case "relativeCreated" -> Optional.of(new Value.Decimal(sinceStart()));
            case "filename", "pathname" ->
                Optional.of(Value.of(caller.map(Caller::file).orElse("")));
            case "module" -> Optional.of(Value.of(caller.map(Entry::module).orElse("")));
            case "funcName" -> Optional.of(Value.of(caller.map(Caller::method).orElse("")));
            case "lineno" -> Optional.of(Value.of(caller.map(Caller::line).orElse(0)));
            default -> Optional.empty();
        };
    }

    /** Whether {@link #attribute} needs to know who logged. */
    static boolean isAboutTheCaller(String name) {
        return switch (name) {
            case "filename", "pathname", "module", "funcName", "lineno" -> true;
            default -> false;
        };
    }

    private BigDecimal seconds() {
        return BigDecimal.valueOf(ChronoUnit.MICROS.between(Instant.EPOCH, time), MICROS);
    }

    /** In milliseconds. */
    private BigDecimal sinceStart() {
        Instant start = ProcessHandle.current().info().startInstant().orElse(time);
        return BigDecimal.valueOf(ChronoUnit.MICROS.between(start, time), MICROS - MILLIS);
    }

    private static String module(Caller caller) {
        return caller.type().substring(caller.type().lastIndexOf('.') + 1);
    }

    /** The stack trace, without a line end. */
    Optional<String> trace() {
        return thrown.map(cause -> {
            StringWriter text = new StringWriter();
            cause.printStackTrace(new PrintWriter(text));
            return text.toString().stripTrailing();
        });
    }
}
