package io.matriarch.archive;

import io.matriarch.archive.store.ObjectStore;
import io.matriarch.archive.store.StoredObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** A store that forgets everything with the process. */
final class MemoryStore implements ObjectStore {
    private final ConcurrentNavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();

    @Override
    public String place() {
        return "memory";
    }

    @Override
    public void requireUsable() {}

    @Override
    public boolean create(String name, byte[] content) {
        return objects.putIfAbsent(name, content.clone()) == null;
    }

    @Override
    public void replace(String name, byte[] content) {
        objects.put(name, content.clone());
    }

    @Override
    public Optional<byte[]> read(String name) {
        return Optional.ofNullable(objects.get(name)).map(byte[]::clone);
    }

    @Override
    public Optional<StoredObject> find(String name) {
        return read(name).map(content -> new StoredObject(name, content.length, Instant.EPOCH));
    }

    @Override
    public List<StoredObject> list(String prefix) {
        return objects.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .flatMap(name -> find(name).stream())
                .toList();
    }

    @Override
    public boolean any(String prefix) {
        return !list(prefix).isEmpty();
    }

    @Override
    public List<String> present(String name, List<String> suffixes) {
        return suffixes.stream()
                .filter(suffix -> objects.containsKey(name + suffix))
                .toList();
    }

    @Override
    public void delete(String name) {
        objects.remove(name);
    }
}
