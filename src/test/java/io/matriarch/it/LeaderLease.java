package io.matriarch.it;

import io.matriarch.value.Value.Mapping;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The lease that a cluster's leader key has in etcd. */
final class LeaderLease {
    private final Rest etcd;
    private final String key;

    private LeaderLease(Rest etcd, String key) {
        this.etcd = etcd;
        this.key = key;
    }

    static LeaderLease of(LocalCluster cluster) {
        return new LeaderLease(new Rest(cluster.etcdPort()), "/service/matriarch/leader");
    }

    /** Waits until so many seconds are left of it, rounded down. */
    void awaitLeft(int seconds) {
        LocalCluster.await("the lease has " + seconds + " s left", 60, () -> left() == seconds);
    }

    private long left() {
        String encoded = Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
        Mapping found =
                etcd.post("/v3/kv/range", "{\"key\": \"" + encoded + "\"}").json();
        String lease = ((Mapping) found.items("kvs").getFirst()).text("lease").orElse("0");
        return Long.parseLong(etcd.post("/v3/lease/timetolive", "{\"ID\": \"" + lease + "\"}")
                .json()
                .text("TTL")
                .orElse("-1"));
    }
}
