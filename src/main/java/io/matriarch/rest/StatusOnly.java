package io.matriarch.rest;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.ext.Provider;

/**
 * OPTIONS asks what GET asks and is answered with the status alone, which is what HAProxy's {@code option httpchk OPTIONS /primary} wants. On paths that are no
 * health checks, such as /liveness, Patroni answers 503 whatever GET says (reference 10, row 7); no checker has any use for that. HEAD needs nothing of
 * this: it is answered like GET by itself, as no method has an annotation for it.
 */
@Provider
@PreMatching
public final class StatusOnly implements ContainerRequestFilter, ContainerResponseFilter {
    private static final String ASKED = StatusOnly.class.getName();

    @Override
    public void filter(ContainerRequestContext request) {
        if (request.getMethod().equals(HttpMethod.OPTIONS)) {
            request.setProperty(ASKED, true);
            request.setMethod(HttpMethod.GET);
        }
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getProperty(ASKED) != null) {
            response.setEntity(null);
        }
    }
}
