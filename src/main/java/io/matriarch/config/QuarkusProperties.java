package io.matriarch.config;

import io.matriarch.config.RestApiSettings.VerifyClient;
import java.util.Map;
import java.util.TreeMap;

/**
 * What Quarkus has to know at its start, from the configuration: to be put into the system properties before Quarkus runs. All of these are properties that
 * Quarkus reads at run time. How client certificates are asked for isn't among those, so it goes by a property of our own, {@link #VERIFY_CLIENT}.
 */
public final class QuarkusProperties {
    /** {@code none}, {@code request} or {@code required}: the names of Vert.x's ClientAuth. */
    public static final String VERIFY_CLIENT = "matriarch.restapi.client-auth";

    /** Of the TLS configuration of REST. */
    public static final String TLS_NAME = "restapi";

    private static final String TLS = "quarkus.tls." + TLS_NAME + ".";
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
        restapi.tls().certificate().ifPresent(certificate -> {
            properties.put("quarkus.http.insecure-requests", "disabled");
            properties.put("quarkus.http.ssl-port", port);
            properties.put("quarkus.http.tls-configuration-name", TLS_NAME);
            properties.put(TLS + "key-store.pem.0.cert", certificate);
            properties.put(TLS + "key-store.pem.0.key", restapi.tls().key().orElse(certificate));
            restapi.tls()
                    .keyPassword()
                    .ifPresent(password -> properties.put(TLS + "key-store.pem.0.password", password.reveal()));
            restapi.tls().authority().ifPresent(authority -> properties.put(TLS + "trust-store.pem.certs", authority));
            properties.put(VERIFY_CLIENT, clientAuth(restapi.verifyClient()));
        });
    }

    private static String clientAuth(VerifyClient verifyClient) {
        return switch (verifyClient) {
            case NONE -> "none";
            case OPTIONAL -> "request";
            case REQUIRED -> "required";
        };
    }

    /** Until the agent writes its log itself. */
    private static void log(LogSettings log, Map<String, String> properties) {
        boolean debugging = log.level().equals("DEBUG") || log.level().equals("NOTSET");
        properties.put("quarkus.log.level", debugging ? "DEBUG" : "WARN");
    }
}
