package io.matriarch.log;

import io.matriarch.config.LogSettings;
import io.matriarch.log.LogQueue.Target;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Writes the log as the configuration says, and as a changed one says. */
public final class AgentLog {
    /** Whose lines are of the level that is wanted; what libraries say below WARNING, an operator of PostgreSQL need not know. */
    private static final String OWN = "io.matriarch";

    /** A caller who connects in the moment of our end isn't worth a stack trace. */
    private static final String CUT_OFF = "io.netty.bootstrap";

    private final StandardError standardError = new StandardError();

    /** Held here because a logger that nobody holds forgets its level. */
    private final List<Logger> changed = new ArrayList<>();

    private LogSettings settings;
    private Output output;
    private final LogQueue queue;

    private AgentLog(LogSettings settings) {
        this.settings = settings;
        this.output = output(settings);
        this.queue = new LogQueue(target(), standardError);
    }

    /** Takes the place of all other handlers of the log. */
    public static AgentLog start(LogSettings settings) {
        AgentLog log = new AgentLog(settings);
        Logger root = root();
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        log.setLevels();
        log.queue.start();
        root.addHandler(log.queue);
        return log;
    }

    /** Takes changed settings over. */
    public void use(LogSettings changedSettings) {
        if (settings.equals(changedSettings)) {
            return;
        }
        boolean otherPlace = !settings.files().equals(changedSettings.files());
        settings = changedSettings;
        if (otherPlace) {
            output = output(settings);
        }
        queue.use(target());
        setLevels();
    }

    /** Waits until what was logged is written, but not for long. To be called before the process ends. */
    public static void flush() {
        for (Handler handler : root().getHandlers()) {
            handler.flush();
        }
    }

    private Output output(LogSettings of) {
        return of.files().<Output>map(RotatingFile::new).orElse(standardError);
    }

    private Target target() {
        LineFormat format = LineFormat.of(settings.form(), debugging(), ZoneId.systemDefault());
        return new Target(format, output, settings.queueLength());
    }

    private boolean debugging() {
        return LogLevel.threshold(settings.level()).intValue()
                <= LogLevel.threshold("DEBUG").intValue();
    }

    private void setLevels() {
        for (Logger logger : changed) {
            logger.setLevel(null);
        }
        changed.clear();
        Level wanted = LogLevel.threshold(settings.level());
        Level warning = LogLevel.threshold("WARNING");
        set("", wanted.intValue() < warning.intValue() && !wanted.equals(Level.ALL) ? warning : wanted);
        set(OWN, wanted);
        set(CUT_OFF, LogLevel.threshold("ERROR"));
        for (Map.Entry<String, String> logger : settings.loggers().entrySet()) {
            LoggerNames.of(logger.getKey()).forEach(name -> set(name, LogLevel.threshold(logger.getValue())));
        }
    }

    private void set(String name, Level level) {
        Logger logger = Logger.getLogger(name);
        logger.setLevel(level);
        if (!name.isEmpty()) {
            changed.add(logger);
        }
    }

    private static Logger root() {
        return Optional.ofNullable(Logger.getLogger("")).orElseThrow();
    }
}
