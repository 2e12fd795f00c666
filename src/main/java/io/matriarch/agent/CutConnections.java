package io.matriarch.agent;

import io.matriarch.time.Deadline;
import java.time.Duration;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import org.jboss.logging.Logger;

/**
 * Says in one line what Netty says with a stack: Vert.x 4.5 has no TLS context between the order to exchange it and the moment when the new one is built, so that a
 * connection that comes meanwhile ends in a NullPointerException in the initialiser of its channel.
 */
final class CutConnections implements Filter {
    /** Netty's logger for it. */
    static final String LOGGER = "io.netty.channel.ChannelInitializer";

    private static final Logger LOG = Logger.getLogger(CutConnections.class);
    /** For the new context, on a machine that is busy; some milliseconds otherwise. */
    private static final Duration EXCHANGE = Duration.ofSeconds(10);

    private volatile Deadline exchange = Deadline.after(Duration.ZERO);

    /** From now on the certificate is exchanged. */
    void exchangeBegins() {
        exchange = Deadline.after(EXCHANGE);
    }

    @Override
    public boolean isLoggable(LogRecord record) {
        boolean cut = record.getThrown() instanceof NullPointerException && !exchange.expired();
        if (cut) {
            LOG.info("restapi: a connection that came while the certificate was exchanged was cut; its client has to"
                    + " connect again");
        }
        return !cut;
    }
}
