package io.matriarch.archive;

import java.io.IOException;
import java.nio.file.Path;

/** A repository as far as WAL goes. */
interface WalRepository {
    /** What it's called in the configuration, or its path. */
    String name();

    /**
     * Archives a file. When it returns, the file survives a power failure. It never replaces another file of the same name: two of them mean that two servers wrote the same
     * timeline.
     *
     * @throws ArchiveException if the file isn't what its name says, or another one of its name is in the repository, or the repository fails
     * @throws IOException if a file can't be read or written
     */
    void push(WalSource source) throws ArchiveException, IOException;

    /**
     * Fetches a file to {@code destination}, which is replaced at once or not at all.
     *
     * @return false if the repository has files of the cluster and doesn't have the file
     * @throws ArchiveException if the repository can't be trusted to say that, or the file is damaged
     * @throws IOException if a file can't be read or written
     */
    boolean fetch(WalName name, String systemIdentifier, Path destination) throws ArchiveException, IOException;
}
