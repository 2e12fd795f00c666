package io.matriarch.sim;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The agents of simulated clusters live through more in a second than anybody reads. */
final class QuietAgents implements BeforeAllCallback, AfterAllCallback {
    private static void log(Level level) {
        Logger.getLogger("io.matriarch").setLevel(level);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        log(Level.OFF);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        log(Level.INFO);
    }
}
