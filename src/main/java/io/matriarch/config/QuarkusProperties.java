package io.matriarch.config;

import java.util.Map;
import java.util.TreeMap;

/**
 * What Quarkus has to know at its start, from the configuration: to be put into the system properties before Quarkus runs. All of these are properties that
 * Quarkus reads at run time. The REST socket isn't among them.
 */
public final class QuarkusProperties {
    private QuarkusProperties() {}

    public static Map<String, String> of(Configuration configuration) {
        Map<String, String> properties = new TreeMap<>();
        log(configuration.log(), properties);
        return properties;
    }

    /** Until the agent writes its log itself. */
    private static void log(LogSettings log, Map<String, String> properties) {
        properties.put("quarkus.log.level", log.level().equals("NOTSET") ? "DEBUG" : "WARN");
    }
}
