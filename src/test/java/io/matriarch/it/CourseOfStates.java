package io.matriarch.it;

import io.matriarch.value.Value;
import java.util.function.Function;
import java.util.function.Predicate;

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

    private void read(String state, String... commands) {
        for (String command : commands) {
            comparison.reading(state, command.split(" ", -1));
        }
    }

    private void change(String state, String... arguments) {
        comparison.changing(state, "", arguments);
    }

    private void await(String what, Predicate<Twin> condition) {
        comparison.twins().both(twin -> twin.await(what, () -> condition.test(twin)));
    }

    private static Value.Mapping status(Node node) {
        return node.rest().get("/patroni").json();
    }

    private void maintenanceMode() {
        change("healthy", "resume", SCOPE);
        change("paused", "pause", SCOPE, "--wait");
        change("paused", "pause", SCOPE);
        comparison.look("paused");
        read("paused", "list", "topology", "list -f json", "list -f yaml");
        change("paused", "switchover", SCOPE, FORCE);
        change("paused", "switchover", SCOPE, FORCE, "--candidate", "node2", "--scheduled", LATER);
        change("paused", "restart", SCOPE, "node2", FORCE, "--scheduled", LATER);
        stopPostgres(Twin::first);
        await(
                "the leader lock is gone",
                twin -> twin.members().stream()
                        .noneMatch(member -> member.text("role").orElse("").equals("leader")));
        comparison.look("paused, primary stopped");
        stopPostgres(Twin::second);
        comparison.look("paused, stopped");
        read("paused, stopped", "list");
        change("paused, stopped", "resume", SCOPE, "--wait");
        comparison.twins().leadByFirst();
    }

    /** As a person does in maintenance mode. */
    private void stopPostgres(Function<Twin, Node> which) {
        comparison
                .twins()
                .both(twin -> ServerProcess.signal(
                        "INT", which.apply(twin).postmaster().orElseThrow()));
        await(
                "PostgreSQL is stopped",
                twin -> status(which.apply(twin)).text("state").orElse("").equals("stopped"));
    }

    private void aStandbyThatStarts() {
        comparison.twins().both(Twin::holdStarts);
        comparison.twins().both(twin -> twin.second().killPostgres());
        await(
                "the replica is starting",
                twin -> status(twin.second()).text("state").orElse("").equals("starting"));
        comparison.look("starting");
        read("starting", "list");
        comparison.twins().both(Twin::releaseStarts);
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
    }

    private void withoutTheDcsInFailsafeMode() {
        change("healthy", "edit-config", SCOPE, FORCE, "-s", "failsafe_mode=true");
        await(
                "failsafe is known",
                twin -> twin.nodes().stream()
                        .allMatch(node -> node.rest().get("/failsafe").body().contains("node2")));
        comparison.look("failsafe");
        comparison.twins().stopEtcd();
        await(
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
        change("healthy", "edit-config", SCOPE, FORCE, "-s", "failsafe_mode=null");
        awaitLoops();
        comparison.twins().stopEtcd();
        await(
                "the primary is demoted",
                twin -> twin.first().query("select pg_is_in_recovery()").equals("t")
                        && status(twin.first()).text("state").orElse("").equals("running"));
        awaitKnowledgeToEnd();
        await(
                "the other one follows it again",
                twin -> twin.first()
                        .query("select state from pg_stat_replication")
                        .equals("streaming"));
        comparison.look("no DCS");
    }

    /** What was read from the DCS counts for a ttl. */
    private void awaitKnowledgeToEnd() {
        await(
                "nobody knows the cluster any more",
                twin -> twin.nodes().stream()
                        .allMatch(node -> status(node).bool("cluster_unlocked").orElse(false)));
    }

    /** Until every node has read the DCS in a loop that began after now. */
    private void awaitLoops() {
        long now = System.currentTimeMillis() / 1_000;
        await(
                "a look at the DCS",
                twin -> twin.nodes().stream()
                        .allMatch(node -> status(node).whole("dcs_last_seen").orElse(0) > now + 1));
    }

    private void aStandbyCluster() {
        change("healthy", "edit-config", SCOPE, FORCE, "-s", "standby_cluster.restore_command=/bin/false");
        await(
                "a standby leader",
                twin -> twin.first().rest().says200("/standby-leader") && twin.isStreaming(twin.second()));
        comparison.look("standby cluster");
        read("standby cluster", "list", "topology", "dsn -r standby-leader", "list -f json");
        change("standby cluster", "edit-config", SCOPE, FORCE, "-s", "standby_cluster=null");
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
        await("the standby leader is promoted", twin -> twin.first().isPromoted());
    }
}
