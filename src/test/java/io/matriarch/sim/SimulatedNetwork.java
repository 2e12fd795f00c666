package io.matriarch.sim;

import java.util.HashSet;
import java.util.Set;

/** Who can't reach whom. */
final class SimulatedNetwork {
    private final Set<String> cutFromEtcd = new HashSet<>();
    private final Set<String> cutFromPeers = new HashSet<>();
    private final Set<Set<String>> cutLinks = new HashSet<>();
    private double lostCalls;
    private boolean etcdDown;

    void cutFromEtcd(String node, boolean cut) {
        var _ = cut ? cutFromEtcd.add(node) : cutFromEtcd.remove(node);
    }

    void cutFromPeers(String node, boolean cut) {
        var _ = cut ? cutFromPeers.add(node) : cutFromPeers.remove(node);
    }

    void cutLink(String one, String other, boolean cut) {
        Set<String> link = Set.of(one, other);
        var _ = cut ? cutLinks.add(link) : cutLinks.remove(link);
    }

    void etcdDown(boolean down) {
        etcdDown = down;
    }

    void loseCalls(double share) {
        lostCalls = share;
    }

    void heal() {
        cutFromEtcd.clear();
        cutFromPeers.clear();
        cutLinks.clear();
        etcdDown = false;
        lostCalls = 0;
    }

    /** No call of {@code node} gets as far as etcd. */
    boolean etcdSilentFor(String node) {
        return etcdDown || cutFromEtcd.contains(node);
    }

    /** The share of calls to etcd that fail, before or after their effect. */
    double lostCalls() {
        return lostCalls;
    }

    boolean reaches(String from, String to) {
        return !cutFromPeers.contains(from)
                && !cutFromPeers.contains(to)
                && (from.equals(to) || !cutLinks.contains(Set.of(from, to)));
    }
}
