package io.matriarch.cluster;

/**
 * A server that a standby streams from.
 *
 * @param member the member's name
 * @param connUrl {@code postgres://host:port/database}
 */
public record Upstream(String member, String connUrl) {}
