package io.matriarch.config;

import io.matriarch.config.RestApiSettings.VerifyClient;
import java.util.List;
import java.util.Locale;
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

    /** Libraries say at INFO what an operator of PostgreSQL need not know. */
    private static final List<String> LIBRARIES = List.of("io.quarkus", "io.vertx", "io.netty", "org.jboss");

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

    private static void log(LogSettings log, Map<String, String> properties) {
        String level = PythonLogFormat.level(log.level());
        String pattern = PythonLogFormat.pattern(log.format(), log.dateFormat());
        properties.put("quarkus.log.level", level);
        properties.put("quarkus.log.console.format", pattern);
        properties.put("quarkus.log.console.stderr", "true");
        if (level.equals("INFO")) {
            LIBRARIES.forEach(library -> properties.put(category(library), "WARN"));
        }
        log.loggers()
                .entries()
                .forEach((logger, value) -> loggerNames(logger)
                        .forEach(name -> properties.put(
                                category(name),
                                PythonLogFormat.level(value.asText().orElse("INFO")))));
        log.directory().ifPresent(directory -> {
            properties.put("quarkus.log.console.enabled", "false");
            properties.put("quarkus.log.file.enabled", "true");
            properties.put(
                    "quarkus.log.file.path", directory.resolve("patroni.log").toString());
            properties.put("quarkus.log.file.format", pattern);
            if (log.fileBytes() > 0) {
                properties.put("quarkus.log.file.rotation.max-file-size", Long.toString(log.fileBytes()));
                properties.put("quarkus.log.file.rotation.max-backup-index", Integer.toString(log.files()));
            } else {
                properties.put("quarkus.log.file.rotation.enabled", "false");
            }
        });
    }

    private static String category(String logger) {
        return "quarkus.log.category.\"" + logger + "\".level";
    }

    /** Our loggers for the names of Patroni's modules; other names are taken as they are. */
    private static List<String> loggerNames(String python) {
        String name = python.toLowerCase(Locale.ROOT);
        if (!name.equals("patroni") && !name.startsWith("patroni.")) {
            return List.of(python);
        }
        String module = name.replaceFirst("^patroni\\.?", "").replaceFirst("\\..*$", "");
        return switch (module) {
            case "ha" -> List.of("io.matriarch.ha", "io.matriarch.agent");
            case "postgresql" -> List.of("io.matriarch.postgres");
            case "dcs" -> List.of("io.matriarch.dcs");
            case "api" -> List.of("io.matriarch.rest");
            case "config" -> List.of("io.matriarch.config");
            default -> List.of("io.matriarch");
        };
    }
}
