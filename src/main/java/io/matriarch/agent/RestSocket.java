package io.matriarch.agent;

import io.matriarch.config.RestApiSettings;
import io.matriarch.time.Deadline;
import io.matriarch.tls.CipherList;
import io.matriarch.tls.TlsMaterial;
import io.matriarch.tls.TlsProblem;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.net.BindException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * The socket of the REST interface. Quarkus would open it once and for all, and its settings can't read encrypted keys; so it is opened here, and anew when a reload changes what
 * the socket has to be. When that can't be done the one of before is kept. Certificates are read again without touching the connections.
 */
final class RestSocket {
    private static final Logger LOG = Logger.getLogger(RestSocket.class);

    /** The HA loop waits meanwhile, and its lease runs. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Duration UNTIL_FREE = Duration.ofSeconds(3);

    /** What is being answered when the socket closes, such as the request for the reload, still gets its answer. */
    private static final Duration LAST_ANSWERS = Duration.ofMillis(250);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

    private static final int SHORTEST_BACKLOG = 128;
    private static final int LARGEST_HEADERS = 20 * 1024;
    private static final int IDLE_MINUTES = 30;

    private final Vertx vertx;
    private final Handler<HttpServerRequest> answers;
    private Optional<Open> open = Optional.empty();

    private record Open(Prepared as, HttpServer server) {}

    /** All that can go wrong before a port is needed has gone well. {@code material}: only with TLS. */
    private record Prepared(RestApiSettings settings, HttpServerOptions options, Optional<TlsMaterial> material) {}

    RestSocket(Vertx vertx, Handler<HttpServerRequest> answers) {
        this.vertx = vertx;
        this.answers = answers;
    }

    /** What prevents that REST starts, but for a port that is taken. */
    static Optional<String> problem(RestApiSettings settings) {
        try {
            prepared(settings);
            return Optional.empty();
        } catch (TlsProblem problem) {
            return Optional.of("restapi: " + problem.text());
        }
    }

    /** Why it can't be opened, if so. */
    Optional<String> open(RestApiSettings settings) {
        try {
            return listen(prepared(settings));
        } catch (TlsProblem problem) {
            return Optional.of("restapi: " + problem.text());
        }
    }

    /** Takes changed settings over and returns those that count now: what others are told must fit the socket. */
    RestApiSettings reload(RestApiSettings changed) {
        Optional<Open> before = open;
        if (before.isPresent() && changed.listensAs(before.get().as().settings())) {
            before.get().as().material().ifPresent(material -> readAgain(material, changed));
            return changed;
        }
        Optional<String> problem;
        try {
            Prepared next = prepared(changed);
            problem = before.map(old -> move(old, next)).orElseGet(() -> listen(next));
        } catch (TlsProblem unusable) {
            problem = Optional.of("restapi: " + unusable.text());
        }
        if (problem.isEmpty()) {
            LOG.infof("restapi: now at %s", changed.listensAt());
            return changed;
        }
        LOG.errorf(
                "%s; REST stays at %s, mend the configuration and reload again",
                problem.get(),
                before.map(old -> old.as().settings().listensAt()).orElse("no address"));
        return before.map(old -> changed.on(old.as().settings())).orElse(changed);
    }

    private static void readAgain(TlsMaterial material, RestApiSettings changed) {
        try {
            material.read(changed.tls());
            LOG.info("restapi: the certificate was read again");
        } catch (TlsProblem problem) {
            LOG.errorf(
                    "restapi: certfile, keyfile or cafile can't be read, the certificate stays the one of before: %s",
                    problem.text());
        }
    }

    /** The new one first if both can be open at once, so that there is always one. */
    private Optional<String> move(Open before, Prepared next) {
        boolean samePort = before.as().options().getPort() == next.options().getPort();
        boolean sameSocket = samePort
                && before.as().options().getHost().equals(next.options().getHost());
        Optional<String> problem = sameSocket ? Optional.of("") : listen(next);
        if (problem.isEmpty()) {
            closeAfterLastAnswers(before);
        } else if (samePort) {
            closeAfterLastAnswers(before);
            problem = listenOnceFree(next);
            problem.flatMap(_ -> listenOnceFree(before.as())).ifPresent(lost -> {
                open = Optional.empty();
                LOG.errorf("the address of before can't be had back either: %s", lost);
            });
        }
        return problem;
    }

    private Optional<String> listen(Prepared as) {
        return tryToListen(as).map(refused -> text(as, refused));
    }

    /** What has just been closed may keep the port for another moment. */
    private Optional<String> listenOnceFree(Prepared as) {
        Deadline deadline = Deadline.after(UNTIL_FREE);
        Optional<Throwable> refused = tryToListen(as);
        while (refused.filter(RestSocket::isInUse).isPresent() && !deadline.expired()) {
            pause(BETWEEN_TRIES);
            refused = tryToListen(as);
        }
        return refused.map(last -> text(as, last));
    }

    private static boolean isInUse(Throwable refused) {
        return refused instanceof BindException
                && String.valueOf(refused.getMessage()).contains("in use");
    }

    private static String text(Prepared as, Throwable refused) {
        return "restapi.listen: " + as.settings().listen() + " can't be listened on: "
                + (refused instanceof TimeoutException
                        ? "it took longer than " + PATIENCE.toSeconds() + " s"
                        : "another process uses it, or the address isn't this machine's");
    }

    /** Why not, if so. */
    private Optional<Throwable> tryToListen(Prepared as) {
        HttpServer server = vertx.createHttpServer(as.options()).requestHandler(answers);
        try {
            await(server.listen());
            open = Optional.of(new Open(as, server));
            return Optional.empty();
        } catch (ExecutionException | TimeoutException refused) {
            server.close();
            return Optional.of(Optional.ofNullable(refused.getCause()).orElse(refused));
        }
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeAfterLastAnswers(Open old) {
        pause(LAST_ANSWERS);
        try {
            await(old.server().close());
        } catch (ExecutionException | TimeoutException unclosed) {
            LOG.warnf("restapi: the socket of before could not be closed: %s", unclosed);
        }
    }

    private static void await(Future<?> future) throws ExecutionException, TimeoutException {
        try {
            future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Prepared prepared(RestApiSettings settings) throws TlsProblem {
        String host = settings.listen().host();
        HttpServerOptions options = new HttpServerOptions()
                .setHost(host.isEmpty() || host.equals("*") ? "0.0.0.0" : host)
                .setPort(settings.listen().port())
                .setAcceptBacklog(Math.max(settings.requestQueueSize(), SHORTEST_BACKLOG))
                .setMaxHeaderSize(LARGEST_HEADERS)
                .setIdleTimeout(IDLE_MINUTES)
                .setIdleTimeoutUnit(TimeUnit.MINUTES);
        Optional<TlsMaterial> material = Optional.empty();
        if (settings.https()) {
            material = Optional.of(TlsMaterial.of(settings.tls()));
            secure(settings, material.get(), options);
        }
        return new Prepared(settings, options, material);
    }

    private static void secure(RestApiSettings settings, TlsMaterial material, HttpServerOptions options)
            throws TlsProblem {
        options.setSsl(true)
                .setKeyCertOptions(KeyCertOptions.wrap(material.shown()))
                .setTrustOptions(TrustOptions.wrap(material.trusted()))
                .setClientAuth(
                        switch (settings.verifyClient()) {
                            case NONE -> ClientAuth.NONE;
                            case OPTIONAL -> ClientAuth.REQUEST;
                            case REQUIRED -> ClientAuth.REQUIRED;
                        });
        if (settings.ciphers().isPresent()) {
            CipherList.suites(settings.ciphers().get()).forEach(options::addEnabledCipherSuite);
        }
    }
}
