package io.matriarch.it;

import io.matriarch.value.Value;
import java.util.function.Function;

/** What nodes and HAProxy say in every state that a node can get into. */
final class CourseOfStates {
    private static final String SCOPE = Twin.SCOPE;
    private static final String FORCE = "--force";
    private static final String LATER = "2130-01-01T00:00+00:00";

    private final Comparison comparison;

    private CourseOfStates(Comparison comparison) {
        this.comparison = comparison;
    }

    static Course on(Comparison comparison) {
        CourseOfStates seen = new CourseOfStates(comparison);
        return new Course("states", comparison)
                .then("two new clusters", comparison::start)
                .then("maintenance mode", seen::maintenanceMode)
                .then("a standby that starts", seen::aStandbyThatStarts)
                .then("a standby cluster", seen::aStandbyCluster)
                .then("without the DCS, in failsafe mode", seen::withoutTheDcsInFailsafeMode)
                .then("without the DCS", seen::withoutTheDcs);
    }

    private static Value.Mapping status(Node node) {
        return node.rest().get("/patroni").json();
    }

    private void maintenanceMode() {
        comparison.change("healthy", "resume", SCOPE);
        comparison.change("paused", "pause", SCOPE, "--wait");
        comparison.change("paused", "pause", SCOPE);
        comparison.look("paused");
        comparison.readings("paused", "list", "topology", "list -f json", "list -f yaml");
        comparison.change("paused", "switchover", SCOPE, FORCE);
        comparison.change("paused", "switchover", SCOPE, FORCE, "--candidate", "node2", "--scheduled", LATER);
        comparison.change("paused", "restart", SCOPE, "node2", FORCE, "--scheduled", LATER);
        stopPostgres(Twin::first);
        comparison.await(
                "the leader lock is gone",
                twin -> twin.members().stream()
                        .noneMatch(member -> member.text("role").orElse("").equals("leader")));
        comparison.look("paused, primary stopped");
        stopPostgres(Twin::second);
        comparison.look("paused, stopped");
        comparison.readings("paused, stopped", "list");
        comparison.change("paused, stopped", "resume", SCOPE, "--wait");
        comparison.twins().leadByFirst();
    }

    /** As a person does in maintenance mode. */
    private void stopPostgres(Function<Twin, Node> which) {
        comparison
                .twins()
                .both(twin -> ServerProcess.signal(
                        "INT", which.apply(twin).postmaster().orElseThrow()));
        comparison.await(
                "PostgreSQL is stopped",
                twin -> status(which.apply(twin)).text("state").orElse("").equals("stopped"));
    }

    private void aStandbyThatStarts() {
        comparison.twins().both(Twin::holdStarts);
        comparison.twins().both(twin -> twin.second().killPostgres());
        comparison.await(
                "the replica is starting",
                twin -> status(twin.second()).text("state").orElse("").equals("starting"));
        comparison.look("starting");
        comparison.readings("starting", "list");
        comparison.twins().both(Twin::releaseStarts);
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
    }

    private void withoutTheDcsInFailsafeMode() {
        comparison.change("healthy", "edit-config", SCOPE, FORCE, "-s", "failsafe_mode=true");
        comparison.await(
                "failsafe is known",
                twin -> twin.nodes().stream()
                        .allMatch(node -> node.rest().get("/failsafe").body().contains("node2")));
        comparison.look("failsafe");
        comparison.twins().stopEtcd();
        comparison.await(
                "failsafe mode is active",
                twin -> twin.nodes().stream()
                        .allMatch(node ->
                                status(node).bool("failsafe_mode_is_active").orElse(false)));
        awaitKnowledgeToEnd();
        comparison.look("failsafe, no DCS");
        comparison.twins().startEtcd();
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
    }

    private void withoutTheDcs() {
        comparison.change("healthy", "edit-config", SCOPE, FORCE, "-s", "failsafe_mode=null");
        awaitLoops();
        comparison.twins().stopEtcd();
        comparison.await(
                "the primary is demoted",
                twin -> twin.first().query("select pg_is_in_recovery()").equals("t")
                        && status(twin.first()).text("state").orElse("").equals("running"));
        awaitKnowledgeToEnd();
        comparison.await(
                "the other one follows it again",
                twin -> twin.first()
                        .query("select state from pg_stat_replication")
                        .equals("streaming"));
        comparison.look("no DCS");
    }

    /** What was read from the DCS counts for a ttl. */
    private void awaitKnowledgeToEnd() {
        comparison.await(
                "nobody knows the cluster any more",
                twin -> twin.nodes().stream()
                        .allMatch(node -> status(node).bool("cluster_unlocked").orElse(false)));
    }

    /** Until every node has read the DCS in a loop that began after now. */
    private void awaitLoops() {
        long now = System.currentTimeMillis() / 1_000;
        comparison.await(
                "a look at the DCS",
                twin -> twin.nodes().stream()
                        .allMatch(node -> status(node).whole("dcs_last_seen").orElse(0) > now + 1));
    }

    private void aStandbyCluster() {
        comparison.change("healthy", "edit-config", SCOPE, FORCE, "-s", "standby_cluster.restore_command=/bin/false");
        comparison.twins().leadByFirstInStandbyCluster();
        comparison.look("standby cluster");
        comparison.readings("standby cluster", "list", "topology", "dsn -r standby-leader", "list -f json");
        comparison.change("standby cluster", "edit-config", SCOPE, FORCE, "-s", "standby_cluster=null");
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
        comparison.await("the standby leader is promoted", twin -> twin.first().isPromoted());
    }
}
