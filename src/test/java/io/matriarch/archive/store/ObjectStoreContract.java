package io.matriarch.archive.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every store does. */
abstract class ObjectStoreContract {
    /** A store without objects. */
    abstract ObjectStore store() throws Exception;

    @Test
    void whatIsStoredIsRead() throws Exception {
        ObjectStore store = store();
        byte[] content = new byte[3 << 20];
        new Random(1).nextBytes(content);
        assertThat(store.create("wal/7/00000001/A.zst.enc", content)).isTrue();
        assertThat(store.create("empty", new byte[0])).isTrue();
        assertThat(store.read("wal/7/00000001/A.zst.enc"))
                .hasValueSatisfying(read -> assertThat(read).isEqualTo(content));
        assertThat(store.read("empty"))
                .hasValueSatisfying(read -> assertThat(read).isEmpty());
    }

    @Test
    void aNameIsTakenOnce() throws Exception {
        ObjectStore store = store();
        assertThat(store.create("a/lock", bytes("first"))).isTrue();
        assertThat(store.create("a/lock", bytes("second"))).isFalse();
        assertThat(store.read("a/lock")).contains(bytes("first"));
    }

    @Test
    void ofManyThatTakeANameAtOnceOneSucceeds() throws Exception {
        ObjectStore store = store();
        List<String> winners = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                byte[] content = bytes("number " + i);
                results.add(threads.submit(() -> store.create("lock", content)));
            }
            for (int i = 0; i < 8; i++) {
                if (results.get(i).get()) {
                    winners.add("number " + i);
                }
            }
        }
        assertThat(winners).hasSize(1);
        assertThat(store.read("lock")).contains(bytes(winners.getFirst()));
    }

    @Test
    void anObjectMayBeReplacedAndRemoved() throws Exception {
        ObjectStore store = store();
        store.replace("a/b", bytes("one"));
        store.replace("a/b", bytes("two"));
        assertThat(store.read("a/b")).contains(bytes("two"));
        store.delete("a/b");
        store.delete("a/b");
        assertThat(store.read("a/b")).isEmpty();
        assertThat(store.find("a/b")).isEmpty();
        assertThat(store.create("a/b", bytes("three"))).isTrue();
    }

    @Test
    void objectsAreFoundByTheBeginningOfTheirNames() throws Exception {
        ObjectStore store = store();
        for (String name : List.of("b/2", "b/10", "a", "b/x/1", "bb/1", "b/2.zst")) {
            store.create(name, bytes(name));
        }
        assertThat(names(store, "")).containsExactly("a", "b/10", "b/2", "b/2.zst", "b/x/1", "bb/1");
        assertThat(names(store, "b/")).containsExactly("b/10", "b/2", "b/2.zst", "b/x/1");
        assertThat(names(store, "b/2")).containsExactly("b/2", "b/2.zst");
        assertThat(names(store, "b")).containsExactly("b/10", "b/2", "b/2.zst", "b/x/1", "bb/1");
        assertThat(names(store, "c/")).isEmpty();
        assertThat(store.any("b/")).isTrue();
        assertThat(store.any("c/")).isFalse();
        assertThat(store.any("a/")).isFalse();
        assertThat(store.present("b/2", List.of("", ".lz4", ".zst"))).containsExactly("", ".zst");
    }

    @Test
    void sizeAndTimeAreKnown() throws Exception {
        ObjectStore store = store();
        store.create("a/b", bytes("12345"));
        StoredObject found = store.find("a/b").orElseThrow();
        assertThat(found.name()).isEqualTo("a/b");
        assertThat(found.size()).isEqualTo(5);
        assertThat(Duration.between(found.modified(), Instant.now()).abs()).isLessThan(Duration.ofMinutes(5));
        assertThat(store.list("a/").getFirst().size()).isEqualTo(5);
        assertThat(store.find("a")).as("a directory is no object").isEmpty();
    }

    private static List<String> names(ObjectStore store, String prefix) throws StoreException {
        return store.list(prefix).stream().map(StoredObject::name).toList();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
