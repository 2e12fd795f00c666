package io.matriarch.drill;

import io.matriarch.archive.ArchiveException;

/** A server that answers. */
interface Queries {
    /**
     * What psql prints, without alignment and headings.
     *
     * @throws ArchiveException with the server's words, if it refuses
     */
    String answer(String database, String sql) throws ArchiveException;
}
