package io.matriarch.it;

import io.matriarch.value.Value;
import java.util.List;

/** What people do with patronictl and by REST while all is well, from the first look at a new cluster to its removal. */
final class CourseOfCommands {
    private static final String SCOPE = Twin.SCOPE;
    private static final String FORCE = "--force";
    private static final String LATER = "2130-01-01T00:00+00:00";

    private final Comparison comparison;

    private CourseOfCommands(Comparison comparison) {
        this.comparison = comparison;
    }

    static Course on(Comparison comparison) {
        CourseOfCommands done = new CourseOfCommands(comparison);
        return new Course("commands", comparison)
                .then("two new clusters", comparison::start)
                .then("a primary and its replica", done::aPrimaryAndItsReplica)
                .then("refused requests", done::refusedRequests)
                .then("queries", done::queries)
                .then("restarts and switchovers that are pending", done::restartsAndSwitchoversThatArePending)
                .then("a synchronous standby", done::synchronousStandby)
                .then("changes", done::changes)
                .then("removal", done::removal);
    }

    private void aPrimaryAndItsReplica() {
        comparison.look("healthy");
        comparison.readings(
                "healthy",
                "list",
                "list matriarch",
                "list -e",
                "list -f tsv",
                "list -f json",
                "list -f yaml",
                "list -e -f json",
                "topology",
                "list nosuch");
        comparison.readings(
                "healthy",
                "dsn",
                "dsn -r replica",
                "dsn -m node2",
                "dsn -m nosuch",
                "show-config",
                "history",
                "history -f json",
                "history -f tsv",
                "version",
                "version matriarch",
                "version matriarch node2");
    }

    private void refusedRequests() {
        comparison.refusals(
                "healthy",
                List.of(
                        "PATCH /config {}",
                        "PATCH /config []",
                        "PATCH /config nonsense",
                        "PUT /config {}",
                        "POST /config {\"ttl\": 20}",
                        "POST /unknown {\"a\": 1}",
                        "PUT /unknown {\"a\": 1}",
                        "DELETE /unknown ",
                        "PATCH /unknown {\"a\": 1}",
                        "DELETE /restart ",
                        "DELETE /switchover ",
                        "POST /switchover {}",
                        "POST /switchover nonsense",
                        "POST /switchover {\"candidate\": \"node2\"}",
                        "POST /switchover {\"leader\": \"node2\"}",
                        "POST /switchover {\"leader\": \"node1\", \"candidate\": \"node1\"}",
                        "POST /switchover {\"leader\": \"node1\", \"candidate\": \"node9\"}",
                        "POST /switchover {\"leader\": \"node1\", \"scheduled_at\": \"2020-01-01T00:00+00:00\"}",
                        "POST /switchover {\"leader\": \"node1\", \"scheduled_at\": \"2130-01-01T00:00\"}",
                        "POST /switchover {\"leader\": \"node1\", \"scheduled_at\": \"soon\"}",
                        "POST /failover {}",
                        "POST /failover {\"leader\": \"node1\"}",
                        "POST /failover {\"candidate\": \"node9\"}",
                        "POST /failover {\"candidate\": \"node2\", \"scheduled_at\": \"2130-01-01T00:00+00:00\"}",
                        "POST /restart {\"role\": \"primary\"}",
                        "POST /restart {\"role\": \"none\"}",
                        "POST /restart {\"postgres_version\": \"9\"}",
                        "POST /restart {\"postgres_version\": \"9.5.2\"}",
                        "POST /restart {\"timeout\": \"-1\"}",
                        "POST /restart {\"what\": \"now\"}",
                        "POST /restart {\"schedule\": \"2020-01-01T00:00+00:00\"}",
                        "POST /restart {\"schedule\": \"2130-01-01T00:00\"}",
                        "POST /restart {\"schedule\": \"soon\"}",
                        "POST /restart {\"restart_pending\": true}",
                        "POST /restart []",
                        "POST /failsafe {}",
                        "POST /failsafe {\"name\": \"node9\"}",
                        "POST /reload "));
    }

    private void queries() {
        String row =
                "select 1 as one, 'a b' as text, null as nothing, true as yes, array[1,2] as list, array['a', 'it''s', null] as words, array[[true]] as nested, 1.5::float8 as half";
        for (String format : List.of("pretty", "tsv", "json", "yaml")) {
            comparison.reading("healthy", "query", "--format", format, "-c", row, "-U", "postgres", "-d", "postgres");
            comparison.reading("healthy", "query", "--format", format, "-c", "select 1 where false", "-d", "postgres");
        }
        comparison.reading("healthy", "query", "--format", "csv", "-c", row);
        comparison.reading("healthy", "query", "-c", "select 1.50::numeric, date '2000-01-01', interval '1 hour'");
        comparison.reading("healthy", "query", "-c", "do $$begin end$$");
        comparison.reading("healthy", "query", "-c", "select wrong", "-U", "postgres", "-d", "postgres");
        comparison.reading(
                "healthy",
                "query",
                "-c",
                "select pg_is_in_recovery()",
                "-r",
                "replica",
                "--delimiter",
                ";",
                "-d",
                "postgres");
        comparison.reading("healthy", "query", "-m", "nosuch", "-c", "select 1");
    }

    private void restartsAndSwitchoversThatArePending() {
        comparison.change("pending", "edit-config", SCOPE, FORCE, "-p", "max_connections=101", "-s", "retry_timeout=4");
        comparison.await(
                "a restart is pending", twin -> twin.members().stream().allMatch(CourseOfCommands::isRestartPending));
        comparison.change("pending", "restart", SCOPE, "node2", FORCE, "--scheduled", LATER);
        comparison.change("pending", "switchover", SCOPE, FORCE, "--candidate", "node2", "--scheduled", LATER);
        comparison.look("pending");
        comparison.readings("pending", "list", "list -e -f tsv", "list -f json", "list -f yaml", "topology");
        comparison.change("pending", "restart", SCOPE, "node2", FORCE, "--scheduled", LATER);
        comparison.change("pending", "flush", SCOPE, "switchover", FORCE);
        comparison.change("pending", "flush", SCOPE, "switchover", FORCE);
        comparison.change("pending", "flush", SCOPE, "restart", FORCE);
        comparison.change("pending", "flush", SCOPE, "restart", FORCE);
        comparison.change("pending", "restart", SCOPE, FORCE, "--pending");
        comparison.twins().leadByFirst();
        comparison.await(
                "no restart is pending", twin -> twin.members().stream().noneMatch(CourseOfCommands::isRestartPending));
    }

    private static boolean isRestartPending(Value.Mapping member) {
        return member.bool("pending_restart").orElse(false);
    }

    private void synchronousStandby() {
        comparison.change("synchronous", "edit-config", SCOPE, FORCE, "-s", "synchronous_mode=true");
        comparison.await("a synchronous standby", twin -> twin.second().rest().says200("/sync"));
        comparison.look("synchronous");
        comparison.readings("synchronous", "list", "list -f json");
        comparison.change("synchronous", "edit-config", SCOPE, FORCE, "-s", "synchronous_mode=quorum");
        comparison.await("a quorum standby", twin -> twin.second().rest().says200("/quorum"));
        comparison
                .twins()
                .matriarch()
                .await(
                        "quorum commit",
                        () -> comparison
                                .twins()
                                .matriarch()
                                .first()
                                .query("select sync_state from pg_stat_replication")
                                .equals("quorum"));
        comparison.look("quorum");
        comparison.readings("quorum", "list");
        comparison.change("quorum", "edit-config", SCOPE, FORCE, "-s", "synchronous_mode=null");
        comparison.await(
                "nobody is synchronous",
                twin -> twin.members().stream()
                        .noneMatch(member -> member.text("role").orElse("").endsWith("_standby")));
        comparison.change("asynchronous", "switchover", SCOPE, FORCE, "--candidate", "node2");
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.second()));
        comparison.change("asynchronous", "failover", SCOPE, FORCE, "--candidate", "node1");
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
        comparison.look("after failover");
        comparison.readings(
                "after failover", "list", "history", "history -f json", "history -f yaml", "history -f tsv");
    }

    private void changes() {
        comparison.change("healthy", "reload", SCOPE, FORCE);
        comparison.change("healthy", "reload", SCOPE, "nosuch", FORCE);
        comparison.change("healthy", "restart", SCOPE, "node2", FORCE);
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
        comparison.change("healthy", "restart", SCOPE, FORCE, "-r", "primary");
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
        comparison.changing("healthy", "y\n", "restart", SCOPE, "node2", "--pg-version", "9.6");
        comparison.changing("healthy", "", "restart", SCOPE, "node2", "--force", "--pg-version", "nonsense");
        comparison.changing("healthy", "n\n", "switchover", SCOPE, "--candidate", "node2", "--scheduled", "now");
        comparison.changing("healthy", "node1\n\nnow\nn\n", "switchover", SCOPE);
        comparison.change("healthy", "switchover", SCOPE, FORCE, "--leader", "node2");
        comparison.change("healthy", "switchover", SCOPE, FORCE, "--candidate", "nosuch");
        comparison.change("healthy", "failover", SCOPE, FORCE);
        comparison.changing("healthy", "ttl: 21\n", "edit-config", SCOPE, FORCE, "--apply", "-");
        comparison.changing("healthy", "y\n", "edit-config", SCOPE, "-s", "ttl=20");
        comparison.changing(
                "healthy", "n\n", "edit-config", SCOPE, "-p", "work_mem=5MB", "-s", "postgresql.use_slots=true");
        comparison.change("healthy", "edit-config", SCOPE, FORCE, "-q", "-s", "ttl=20");
        comparison.change("healthy", "edit-config", SCOPE, FORCE, "-s", "ttl");
        comparison.change("healthy", "reinit", SCOPE, "node2", FORCE, "--wait");
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
        comparison.change("healthy", "reinit", SCOPE, "node1", FORCE);
        comparison.look("after all");
    }

    private void removal() {
        comparison.changing("healthy", "matriarch\nno\n", "remove", SCOPE);
        comparison.changing("healthy", "other\n", "remove", SCOPE);
        comparison.changing("healthy", "matriarch\nYes I am aware\nnode2\n", "remove", SCOPE);
        comparison
                .twins()
                .both(twin -> twin.nodes()
                        .forEach(node ->
                                ServerProcess.signal("KILL", node.process().pid())));
        comparison.changing("stopped", "matriarch\nYes I am aware\nnode1\n", "remove", SCOPE);
        comparison.readings(
                "removed",
                "list",
                "topology",
                "history",
                "show-config",
                "dsn",
                "version matriarch",
                "edit-config -s a=b --force",
                "pause",
                "switchover --force");
    }
}
