package io.matriarch.archive;

import io.matriarch.archive.codec.Codec;
import io.matriarch.archive.codec.CodecException;
import io.matriarch.archive.store.ObjectStore;
import io.matriarch.archive.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * WAL in any store with any codec. The checksum file is created before the object, and so decides what the content of a name is: whoever comes later, with whatever codec, must
 * have the same content.
 */
final class CodedWal implements WalRepository {
    private final Repository repository;

    CodedWal(Repository repository) {
        this.repository = repository;
    }

    @Override
    public String name() {
        return repository.name();
    }

    @Override
    public void push(WalSource source) throws ArchiveException, IOException {
        try (GrowingChecksum checksum = new GrowingChecksum()) {
            byte[] content = source.read(Codec.LARGEST, checksum);
            RepositoryFormat.claim(repository.store());
            new Push(directory(source.name(), source.systemIdentifier()), source, content, checksum).run();
        } catch (StoreException e) {
            throw new ArchiveException(e.getMessage(), e);
        }
    }

    @Override
    public boolean fetch(WalName name, String systemIdentifier, Path destination) throws ArchiveException, IOException {
        Optional<byte[]> content;
        try {
            content = content(name, systemIdentifier);
        } catch (StoreException e) {
            throw new ArchiveException(e.getMessage(), e);
        }
        if (content.isEmpty()) {
            return false;
        }
        Path temporary = WalFetch.temporary(destination);
        try {
            Files.write(temporary, content.get());
            Files.move(temporary, destination, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        return true;
    }

    /**
     * The content of an archived file, proven to be what was archived.
     *
     * @return absent if the repository has files of the cluster and doesn't have the file
     */
    Optional<byte[]> content(WalName name, String systemIdentifier) throws ArchiveException, StoreException {
        ObjectStore store = repository.store();
        String directory = directory(name, systemIdentifier);
        Optional<ChecksumFile> recorded = recorded(directory + name.text());
        String object = directory + recorded.map(ChecksumFile::file).orElse(name.text());
        Optional<byte[]> stored = store.read(object);
        if (stored.isEmpty()) {
            RepositoryFormat.check(store);
            if (recorded.isEmpty()
                    && !store.present(directory + name.text(), Codec.suffixes()).isEmpty()) {
                throw unproven(directory + name.text());
            }
            if (!store.any("wal/" + systemIdentifier + "/")) {
                throw new ArchiveException("the repository " + store.place() + " holds nothing of the cluster "
                        + systemIdentifier + " (is it the right one?)");
            }
            return Optional.empty();
        }
        if (recorded.isEmpty()) {
            throw unproven(directory + name.text());
        }
        return Optional.of(proven(object, stored.get(), recorded.get()));
    }

    private ArchiveException unproven(String name) {
        return new ArchiveException(name + ChecksumFile.SUFFIX + " in the repository "
                + repository.store().place() + " is missing or unreadable: nothing proves that the file is undamaged");
    }

    private byte[] proven(String object, byte[] stored, ChecksumFile recorded) throws ArchiveException {
        boolean same = Checksum.of(stored).equals(recorded.stored());
        try {
            byte[] content = repository.codec().decode(object, stored);
            // while two pushes of the same content are under way, or were cut off, there may be the checksum of the one
            // and the object of the other
            if (same || marked(recorded, content)) {
                return content;
            }
        } catch (CodecException e) {
            throw new ArchiveException(
                    object + " in the repository " + repository.store().place() + " " + e.getMessage(), e);
        }
        throw new ArchiveException(object + " in the repository "
                + repository.store().place() + " is damaged: its SHA-256 is not the one that was recorded");
    }

    private boolean marked(ChecksumFile recorded, byte[] content) {
        return recorded.mark()
                .flatMap(mark -> mark.marks(content, repository.codec()))
                .orElse(false);
    }

    private Optional<ChecksumFile> recorded(String name) throws StoreException {
        return repository
                .store()
                .read(name + ChecksumFile.SUFFIX)
                .flatMap(ChecksumFile::parse)
                .filter(recorded ->
                        Codec.contentName(recorded.file()).equals(name.substring(name.lastIndexOf('/') + 1)));
    }

    private static String directory(WalName name, String systemIdentifier) {
        return "wal/" + systemIdentifier + "/" + name.timelineDigits() + "/";
    }

    /** One push. */
    private final class Push {
        private final String directory;
        private final String name;
        private final WalSource source;
        private final byte[] content;
        private final GrowingChecksum checksum;
        private final ObjectStore store = repository.store();
        private final Codec codec = repository.codec();

        Push(String directory, WalSource source, byte[] content, GrowingChecksum checksum) {
            this.directory = directory;
            this.name = source.name().text();
            this.source = source;
            this.content = content;
            this.checksum = checksum;
        }

        void run() throws ArchiveException, StoreException, IOException {
            Optional<ChecksumFile> there = recorded(directory + name);
            if (there.isPresent()) {
                follow(there.get());
                return;
            }
            Optional<String> unproven =
                    store.present(directory + name, Codec.suffixes()).stream().findFirst();
            if (unproven.isPresent()) {
                adopt(name + unproven.get());
                return;
            }
            Supplier<Optional<ContentMark>> mark = marking();
            byte[] stored = codec.encodeAtOnce(content);
            ChecksumFile own = own(stored, mark.get());
            if (!store.create(directory + name + ChecksumFile.SUFFIX, own.text())) {
                Optional<ChecksumFile> faster = recorded(directory + name);
                if (faster.isPresent()) {
                    follow(faster.get());
                    return;
                }
                finish(own, stored);
            } else if (!store.create(directory + own.file(), stored)) {
                adopt(own.file());
            }
        }

        /** Somebody recorded a checksum: the content must be the same, and the object must be there in the end. */
        private void follow(ChecksumFile recorded) throws ArchiveException, StoreException, IOException {
            String object = directory + recorded.file();
            Optional<byte[]> stored = store.read(object);
            if (stored.isEmpty()) {
                requireSame(recorded);
                publish();
                return;
            }
            boolean whole = Checksum.of(stored.get()).equals(recorded.stored());
            Optional<byte[]> there = decoded(object, stored.get(), whole);
            if (there.isPresent() && !Arrays.equals(there.get(), content)) {
                boolean rotten = !whole && !marked(recorded, there.get());
                if (!rotten && source.alike(Arrays.mismatch(there.get(), content))) {
                    return;
                }
                if (!rotten || !same(recorded).orElse(false)) {
                    throw different();
                }
                mend(object);
            } else if (there.isEmpty()) {
                requireSame(recorded);
                mend(object);
            } else if (!whole) {
                record(recordOf(recorded.file(), stored.get()));
            }
        }

        /** A push of the same content was cut off, or is under way. */
        private void publish() throws ArchiveException, StoreException {
            Supplier<Optional<ContentMark>> mark = marking();
            byte[] stored = codec.encodeAtOnce(content);
            finish(own(stored, mark.get()), stored);
        }

        /**
         * Another push recorded a checksum, and may still create its object. The checksum of that is replaced when there is an object that it's not the one of, and not earlier: once an
         * object is there, nobody records anything else than its checksum.
         */
        private void finish(ChecksumFile own, byte[] stored) throws ArchiveException, StoreException {
            if (store.create(directory + own.file(), stored)) {
                record(own);
            } else {
                adopt(own.file());
            }
        }

        /** An object whose checksum isn't recorded, or may be that of another push: fine if it has the same content. */
        private void adopt(String file) throws ArchiveException, StoreException {
            byte[] stored = store.read(directory + file).orElseThrow(this::disturbed);
            Optional<byte[]> there = decoded(directory + file, stored, true);
            if (there.filter(bytes -> Arrays.equals(bytes, content)).isEmpty()) {
                throw different();
            }
            record(recordOf(file, stored));
        }

        /** The object was of the same content, and has rotted. */
        private void mend(String object) throws StoreException {
            Supplier<Optional<ContentMark>> mark = marking();
            byte[] stored = codec.encodeAtOnce(content);
            ChecksumFile own = own(stored, mark.get());
            store.replace(directory + own.file(), stored);
            record(own);
            if (!object.equals(directory + own.file())) {
                store.delete(object);
            }
        }

        /** The content; absent when the object has rotted. */
        private Optional<byte[]> decoded(String object, byte[] stored, boolean whole) throws ArchiveException {
            try {
                return Optional.of(codec.decode(object, stored));
            } catch (CodecException e) {
                if (whole) {
                    throw new ArchiveException(
                            object + " is in the repository " + store.place() + " already, and can't be compared: it "
                                    + e.getMessage(),
                            e);
                }
                return Optional.empty();
            }
        }

        private void requireSame(ChecksumFile recorded) throws ArchiveException {
            if (!same(recorded)
                    .orElseThrow(
                            () -> new ArchiveException(
                                    directory + name + " in the repository " + store.place()
                                            + " was begun with an encryption key that isn't configured: nothing tells whether it's the same file"))) {
                throw different();
            }
        }

        private Optional<Boolean> same(ChecksumFile recorded) {
            return recorded.mark()
                    .map(mark -> mark.marks(content, codec))
                    .orElseGet(() -> Optional.of(checksum.join().equals(recorded.stored())));
        }

        /** An HMAC by another thread, while this one compresses; the plain checksum has been under way since the file was opened. */
        private Supplier<Optional<ContentMark>> marking() {
            if (codec.keys().isEmpty()) {
                return () -> markOf(ownFile());
            }
            return CompletableFuture.supplyAsync(
                    () -> markOf(ownFile()),
                    task -> Thread.ofPlatform().daemon().start(task))::join;
        }

        private String ownFile() {
            return name + codec.suffix();
        }

        private ChecksumFile own(byte[] stored, Optional<ContentMark> mark) {
            return new ChecksumFile(codec.suffix().isEmpty() ? checksum.join() : Checksum.of(stored), ownFile(), mark);
        }

        private ChecksumFile recordOf(String file, byte[] stored) {
            return new ChecksumFile(Checksum.of(stored), file, markOf(file));
        }

        private Optional<ContentMark> markOf(String file) {
            return file.equals(name) ? Optional.empty() : Optional.of(ContentMark.of(content, checksum, codec));
        }

        private void record(ChecksumFile own) throws StoreException {
            store.replace(directory + name + ChecksumFile.SUFFIX, own.text());
        }

        private ArchiveException disturbed() {
            return new ArchiveException("somebody else changes " + directory + name + " in the repository "
                    + store.place() + " at this moment");
        }

        private ArchiveException different() {
            return new ArchiveException(directory + name + " in the repository " + store.place()
                    + " is taken by a different file of the same cluster and timeline:"
                    + " another server archived it, find out which one is right");
        }
    }
}
