package io.matriarch.agent;

import io.matriarch.config.QuarkusProperties;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Has REST show the certificate that its files hold now. The server goes on listening and keeps its connections, but Vert.x cuts one that comes at that very moment, see {@link CutConnections}.
 * Files that can't be read change nothing (reference section 9, case 108).
 */
@Singleton
final class RestCertificates {
    private static final Logger LOG = Logger.getLogger(RestCertificates.class);

    private final TlsConfigurationRegistry registry;
    private final Event<CertificateUpdatedEvent> updated;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final CutConnections cut = new CutConnections();
    /** Kept, since a logger that nobody holds may be forgotten with its filter. */
    private final java.util.logging.Logger channels = java.util.logging.Logger.getLogger(CutConnections.LOGGER);

    @Inject
    RestCertificates(TlsConfigurationRegistry registry, Event<CertificateUpdatedEvent> updated) {
        this.registry = registry;
        this.updated = updated;
        channels.setFilter(cut);
    }

    /** Returns at once; does nothing without TLS. */
    void reload() {
        if (registry.get(QuarkusProperties.TLS_NAME).isPresent() && busy.compareAndSet(false, true)) {
            Thread.ofPlatform().name("rest-certificates").daemon().start(this::readAgain);
        }
    }

    private void readAgain() {
        try {
            registry.get(QuarkusProperties.TLS_NAME).ifPresent(this::show);
        } finally {
            busy.set(false);
        }
    }

    private void show(TlsConfiguration tls) {
        if (tls.reload()) {
            cut.exchangeBegins();
            updated.fire(new CertificateUpdatedEvent(QuarkusProperties.TLS_NAME, tls));
            LOG.info("restapi: the certificate was read again");
        } else {
            LOG.error("restapi: certfile, keyfile or cafile can't be read, the certificate stays the one of before");
        }
    }
}
