package io.matriarch.cluster;

/**
 * A key of the cluster as the DCS returns it.
 *
 * @param key without the cluster's prefix, such as {@code leader} or {@code members/pg-a}
 * @param revision the revision that last changed it (mod_revision)
 * @param lease the lease it carries, 0 if none
 */
public record KeyedValue(String key, String value, long revision, long lease) {}
