package io.matriarch.rest;

import io.matriarch.config.QuarkusProperties;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Locale;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Asks clients for certificates as restapi.verify_client says; Quarkus' own setting is fixed when the executable is built. */
@Singleton
public final class ClientCertificates implements HttpServerOptionsCustomizer {
    private final ClientAuth clientAuth;

    @Inject
    ClientCertificates(@ConfigProperty(name = QuarkusProperties.VERIFY_CLIENT, defaultValue = "none") String verify) {
        this.clientAuth = ClientAuth.valueOf(verify.toUpperCase(Locale.ROOT));
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        options.setClientAuth(clientAuth);
    }
}
