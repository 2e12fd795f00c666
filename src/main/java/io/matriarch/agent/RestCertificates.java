package io.matriarch.agent;

import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import io.matriarch.config.RestApiSettings;
import io.matriarch.tls.CipherList;
import io.matriarch.tls.TlsMaterial;
import io.matriarch.tls.TlsProblem;
import io.quarkus.runtime.annotations.CommandLineArguments;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * TLS of REST as the section restapi says; Quarkus' own settings can't read encrypted keys, and some of them are fixed when the executable is built. A reload reads the
 * files again; files that can't be read change nothing (reference section 9, case 108), and the server goes on listening and keeps its connections.
 */
@Singleton
public final class RestCertificates implements HttpServerOptionsCustomizer {
    private static final Logger LOG = Logger.getLogger(RestCertificates.class);

    private final Optional<RestApiSettings> settings;
    private Optional<TlsMaterial> material = Optional.empty();

    @Inject
    RestCertificates(@CommandLineArguments String[] arguments) {
        Optional<Path> path = Arrays.stream(arguments).findFirst().map(Path::of);
        this.settings = ConfigurationLoader.load(path, System.getenv())
                        instanceof LoadResult.Loaded<Configuration>(Configuration configuration, var _, var _)
                ? Optional.of(configuration.restapi())
                : Optional.empty();
    }

    /** What prevents that REST starts. */
    static Optional<String> problem(RestApiSettings restapi) {
        try {
            TlsMaterial.of(restapi.tls());
            if (restapi.ciphers().isPresent()) {
                CipherList.suites(restapi.ciphers().get());
            }
            return Optional.empty();
        } catch (TlsProblem problem) {
            return Optional.of("restapi: " + problem.text());
        }
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        settings.ifPresent(restapi -> {
            if (restapi.https()) {
                secure(restapi, options);
            }
        });
    }

    private void secure(RestApiSettings restapi, HttpServerOptions options) {
        try {
            TlsMaterial shown = TlsMaterial.of(restapi.tls());
            material = Optional.of(shown);
            options.setSsl(true)
                    .setKeyCertOptions(KeyCertOptions.wrap(shown.shown()))
                    .setTrustOptions(TrustOptions.wrap(shown.trusted()))
                    .setClientAuth(clientAuth(restapi));
            if (restapi.ciphers().isPresent()) {
                CipherList.suites(restapi.ciphers().get()).forEach(options::addEnabledCipherSuite);
            }
        } catch (TlsProblem problem) {
            throw new IllegalStateException("restapi: " + problem.text(), problem);
        }
    }

    private static ClientAuth clientAuth(RestApiSettings restapi) {
        return switch (restapi.verifyClient()) {
            case NONE -> ClientAuth.NONE;
            case OPTIONAL -> ClientAuth.REQUEST;
            case REQUIRED -> ClientAuth.REQUIRED;
        };
    }

    /** Does nothing without TLS. */
    void reload(RestApiSettings changed) {
        settings.filter(before -> !changed.listensAs(before))
                .ifPresent(
                        _ -> LOG.warn("restapi: other values of listen, request_queue_size, ciphers and verify_client,"
                                + " and a switch to or from TLS, count when the agent is started the next time"));
        if (material.isEmpty() || !changed.https()) {
            return;
        }
        try {
            material.get().read(changed.tls());
            LOG.info("restapi: the certificate was read again");
        } catch (TlsProblem problem) {
            LOG.errorf(
                    "restapi: certfile, keyfile or cafile can't be read, the certificate stays the one of before: %s",
                    problem.text());
        }
    }
}
