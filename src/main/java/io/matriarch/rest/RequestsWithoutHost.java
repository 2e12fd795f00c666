package io.matriarch.rest;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * HTTP/1.1 wants a Host header, and Vert.x refuses requests without one. Patroni doesn't look at it, and HAProxy's {@code option httpchk GET /primary HTTP/1.1} sends none:
 * these requests are answered all the same.
 */
@Singleton
public final class RequestsWithoutHost {
    private static final String SEEN = RequestsWithoutHost.class.getName();

    /** The refusal is a failure before the first route, so it is the first handler of failures that takes it back. */
    void accept(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(RequestsWithoutHost::goOn);
    }

    private static void goOn(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = request.path();
        boolean refused = context.statusCode() == 400 && request.authority() == null && context.get(SEEN) == null;
        if (!refused) {
            context.next();
        } else if (path == null || !path.startsWith("/")) {
            context.response().setStatusCode(400).end();
        } else {
            context.put(SEEN, true);
            context.reroute(request.method(), request.query() == null ? path : path + "?" + request.query());
        }
    }
}
