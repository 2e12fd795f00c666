package io.matriarch.cluster;

/** The leader key: the name of the member that holds the lock, and the lease that the key carries. */
public record Leader(String name, long revision, long lease) {}
