package io.matriarch.archive.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Objects of at most {@link #LARGEST} bytes under names with slashes. Each is seen whole or not at all, by everybody, at any time. What returned is durable: it survives a power
 * failure of this machine and of the store. Safe for use by many threads, processes and machines at once; every call ends within a bounded time.
 *
 * <p>Names are parts between slashes, of letters, digits and {@code . _ - + =}, and no part begins with a dot.
 */
public interface ObjectStore extends AutoCloseable {
    /** 64 MiB of content, and what a codec adds to content that it can't make smaller. */
    int LARGEST = 65 << 20;

    /** What it's called in messages: its path, or the bucket and the server. */
    String place();

    /**
     * Proves that the store can be reached and used, as far as that can be known without writing.
     *
     * @throws StoreException with what to do about it, such as mounting the disk
     */
    void requireUsable() throws StoreException;

    /**
     * Stores an object under a name that nobody has taken. Of several at once, one succeeds.
     *
     * @return false if the name is taken; the object there is as it was
     */
    boolean create(String name, byte[] content) throws StoreException;

    /** Stores an object, in place of another one if there is one. */
    void replace(String name, byte[] content) throws StoreException;

    /** The bytes of an object; absent when there is none of that name in a store that is usable. */
    Optional<byte[]> read(String name) throws StoreException;

    /** An object without its bytes; absent when there is none of that name in a store that is usable. */
    Optional<StoredObject> find(String name) throws StoreException;

    /**
     * All objects whose names begin with {@code prefix}, which may end within a part of a name; sorted by name. Those that are created or removed meanwhile may be missing or there.
     */
    List<StoredObject> list(String prefix) throws StoreException;

    /** Whether there is an object whose name begins with {@code prefix}, which ends with a slash. */
    boolean any(String prefix) throws StoreException;

    /** Those of {@code suffixes} with which there is an object called {@code name} and that. */
    List<String> present(String name, List<String> suffixes) throws StoreException;

    /** Removes an object; nothing happens when there is none. */
    void delete(String name) throws StoreException;

    /**
     * Removes what processes that were killed hadn't finished writing, of names that begin with {@code prefix}, which ends with a slash. It was never an object.
     *
     * @param before when they last wrote; somebody may be at work at what is newer
     */
    default void removeUnfinished(String prefix, Instant before) throws StoreException {}

    @Override
    default void close() {}
}
