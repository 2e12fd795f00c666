package io.matriarch.archive.backup;

import io.matriarch.cluster.Lsn;

/**
 * The newest archived segment on the way from a backup.
 *
 * @param start where it begins; recovery of all WAL gets there at least
 * @param distance from the backup's first segment to the end of this one, in bytes
 */
public record ArchiveEnd(String segment, Lsn start, long distance) {}
