package io.matriarch.tls;

import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.Locale;

/** Whom a request goes to. Vert.x's own way of taking a URL goes through java.net.URL, which knows no https in a native image. */
public final class RequestTarget {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private RequestTarget() {}

    /** @throws IllegalArgumentException if {@code url} is no URL of http or https with a host */
    public static RequestOptions of(String url) {
        URI uri = URI.create(url);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean https = scheme.equals("https");
        if (uri.getHost() == null || !(https || scheme.equals("http"))) {
            throw new IllegalArgumentException("'" + url + "' is no URL of http or https");
        }
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new RequestOptions()
                .setSsl(https)
                .setHost(unbracketed(uri.getHost()))
                .setPort(uri.getPort() >= 0 ? uri.getPort() : https ? HTTPS_PORT : HTTP_PORT)
                .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
