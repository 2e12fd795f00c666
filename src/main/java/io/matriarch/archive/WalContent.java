package io.matriarch.archive;

import io.matriarch.archive.store.StoreException;
import java.util.Optional;

/** Archived WAL for those who don't fetch it for PostgreSQL. */
public final class WalContent {
    private WalContent() {}

    /**
     * The content of a file, proven to be what was archived.
     *
     * @param name that PostgreSQL gave it
     * @return absent if the repository has files of the cluster and doesn't have this one
     * @throws ArchiveException if it's damaged, or the repository fails
     */
    public static Optional<byte[]> read(Repository repository, String systemIdentifier, String name)
            throws ArchiveException {
        WalName parsed = WalName.parse(name)
                .orElseThrow(() -> new ArchiveException(name + " isn't the name of a file of PostgreSQL's archive"));
        try {
            return new CodedWal(repository).content(parsed, systemIdentifier);
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }
}
