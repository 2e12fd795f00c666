package io.matriarch.dcs.etcd;

import io.matriarch.cluster.KeyedValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys below the prefix, as far as the watch and the own writes tell. Not safe for several threads. */
final class KeyCopy {
    private final String prefix;
    private final Map<String, KeyedValue> entries = new HashMap<>();
    private final Map<String, Long> deletedAt = new HashMap<>();

    KeyCopy(String prefix) {
        this.prefix = prefix;
    }

    /** Replaces everything by the answer to a range request. */
    void replace(List<Message> keyValues) {
        entries.clear();
        deletedAt.clear();
        keyValues.forEach(this::put);
    }

    /** A watch event: of type put (0) or delete (1). */
    void apply(Message event) {
        Message keyValue = event.message(2);
        if (event.number(1) == 1) {
            delete(name(keyValue), keyValue.number(3));
        } else {
            put(keyValue);
        }
    }

    /** An own write, whose event may come later. */
    void put(String name, String value, long revision, long lease) {
        if (isNews(name, revision)) {
            entries.put(name, new KeyedValue(name, value, revision, lease));
        }
    }

    void delete(String name, long revision) {
        if (isNews(name, revision)) {
            entries.remove(name);
            deletedAt.put(name, revision);
        }
    }

    Optional<KeyedValue> find(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    List<KeyedValue> all() {
        return new ArrayList<>(entries.values());
    }

    private void put(Message keyValue) {
        put(name(keyValue), keyValue.text(5), keyValue.number(3), keyValue.number(6));
    }

    private boolean isNews(String name, long revision) {
        long known = Math.max(find(name).map(KeyedValue::revision).orElse(0L), deletedAt.getOrDefault(name, 0L));
        return revision > known;
    }

    private String name(Message keyValue) {
        String key = keyValue.text(1);
        return key.startsWith(prefix) ? key.substring(prefix.length()) : key;
    }
}
