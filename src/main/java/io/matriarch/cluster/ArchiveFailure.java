package io.matriarch.cluster;

import java.time.Instant;

/**
 * What PostgreSQL couldn't archive.
 *
 * @param file as PostgreSQL names it
 * @param at when it was tried last
 */
public record ArchiveFailure(String file, Instant at) {}
