package io.matriarch.archive;

import io.matriarch.archive.codec.Codec;
import io.matriarch.archive.store.DirectoryStore;
import io.matriarch.archive.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;

/** WAL in a directory, each file as PostgreSQL wrote it and of any size. Files that another configuration compressed are understood. */
final class PlainWal implements WalRepository {
    private final String name;
    private final Path directory;

    PlainWal(String name, Path directory) {
        this.name = name;
        this.directory = directory;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void push(WalSource source) throws ArchiveException, IOException {
        WalLocation location = new WalLocation(directory, source.systemIdentifier(), source.name());
        location.requireRepository();
        requireKnownFormat();
        if (location.coded()) {
            coded().push(source);
        } else {
            WalPush.push(location, source);
        }
    }

    @Override
    public boolean fetch(WalName wal, String systemIdentifier, Path destination) throws ArchiveException, IOException {
        WalLocation location = new WalLocation(directory, systemIdentifier, wal);
        location.requireRepository();
        requireKnownFormat();
        if (!location.coded() && WalFetch.fetch(location, destination)) {
            return true;
        }
        // it may be there in another form, and its checksum be missing
        return coded().fetch(wal, systemIdentifier, destination);
    }

    private void requireKnownFormat() throws ArchiveException {
        try {
            RepositoryFormat.check(new DirectoryStore(directory));
        } catch (StoreException e) {
            throw new ArchiveException(e.getMessage(), e);
        }
    }

    private WalRepository coded() {
        return new CodedWal(new Repository(name, new DirectoryStore(directory), Codec.plain()));
    }
}
