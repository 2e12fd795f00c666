package io.matriarch.config;

import java.util.Map;
import java.util.TreeMap;

/**
 * What Quarkus has to know at its start, from the configuration: to be put into the system properties before Quarkus runs. All of these are properties that
 * Quarkus reads at run time. TLS isn't among them.
 */
public final class QuarkusProperties {
    private static final int SHORTEST_BACKLOG = 128;

    private QuarkusProperties() {}

    public static Map<String, String> of(Configuration configuration) {
        Map<String, String> properties = new TreeMap<>();
        http(configuration.restapi(), properties);
        log(configuration.log(), properties);
        properties.replaceAll((_, value) -> value.replace("${", "\\${"));
        return properties;
    }

    private static void http(RestApiSettings restapi, Map<String, String> properties) {
        String host = restapi.listen().host();
        String port = Integer.toString(restapi.listen().port());
        properties.put("quarkus.http.host", host.isEmpty() || host.equals("*") ? "0.0.0.0" : host);
        properties.put("quarkus.http.port", port);
        properties.put(
                "quarkus.http.accept-backlog",
                Integer.toString(Math.max(restapi.requestQueueSize(), SHORTEST_BACKLOG)));
    }

    /** Until the agent writes its log itself. */
    private static void log(LogSettings log, Map<String, String> properties) {
        boolean debugging = log.level().equals("DEBUG") || log.level().equals("NOTSET");
        properties.put("quarkus.log.level", debugging ? "DEBUG" : "WARN");
    }
}
