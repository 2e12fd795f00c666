package io.matriarch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterJsonTest {
    @Test
    void memberDataStaysAsItIs() {
        String text =
                "{\"conn_url\":\"postgres://10.0.0.11:5432/postgres\",\"api_url\":\"http://10.0.0.11:8008/patroni\",\"state\":\"running\",\"role\":\"primary\",\"version\":\"4.1.4\",\"tags\":{\"clonefrom\":true},\"xlog_location\":67395656,\"timeline\":2}";
        assertThat(ClusterJson.write(ClusterJson.readMember(text))).isEqualTo(text);
    }

    @Test
    void memberDataFromTheOldUrl() {
        assertThat(ClusterJson.readMember("postgres://a:5432/postgres?x=1&application_name=http%3A//a%3A8008/patroni"))
                .isEqualTo(Mapping.empty()
                        .with("conn_url", "postgres://a:5432/postgres")
                        .with("api_url", "http://a:8008/patroni"));
        assertThat(ClusterJson.readMember("postgres://a:5432/postgres?application_name=%zz"))
                .isEqualTo(Mapping.empty()
                        .with("conn_url", "postgres://a:5432/postgres")
                        .with("api_url", "%zz"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "1e999999999", "\"text\""})
    void brokenTextsAreEmptyOrAbsent(String text) {
        assertThat(ClusterJson.readMember(text)).isEqualTo(Mapping.empty());
        assertThat(ClusterJson.readConfig(text, 7)).isEmpty();
        assertThat(ClusterJson.readSync(text, 7)).isEqualTo(new SyncState(Optional.empty(), 0, List.of(), 7));
        assertThat(ClusterJson.readStatus(text)).isEqualTo(Status.UNKNOWN);
        assertThat(ClusterJson.readHistory(text)).isEqualTo(History.EMPTY);
        assertThat(ClusterJson.readFailsafe(text)).isEmpty();
    }

    @Property
    void noTextThrows(@ForAll String text) {
        ClusterViews.from(
                List.of("config", "failover", "sync", "status", "history", "failsafe", "leader", "members/a").stream()
                        .map(key -> new KeyedValue(key, text, 1, 0))
                        .toList());
    }

    @Test
    void failoverInPatronisOrder() {
        String text = "{\"leader\":\"pg-a\",\"member\":\"pg-b\",\"scheduled_at\":\"2026-11-24T12:00:00+00:00\"}";
        FailoverRequest request = new FailoverRequest(
                Optional.of("pg-a"), Optional.of("pg-b"), Optional.of("2026-11-24T12:00:00+00:00"), 3);
        assertThat(ClusterJson.readFailover(text, 3)).contains(request);
        assertThat(ClusterJson.write(request)).isEqualTo(text);
        assertThat(ClusterJson.write(new FailoverRequest(Optional.empty(), Optional.of("b"), Optional.empty(), 0)))
                .isEqualTo("{\"member\":\"b\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "", " : ", "[]", "7", "{\"leader\":\"\",\"member\":null}", "{\"scheduled_at\":\"x\"}"})
    void nothingIsRequested(String text) {
        assertThat(ClusterJson.readFailover(text, 1)).isEmpty();
    }

    @Test
    void failoverInTheOldForm() {
        assertThat(ClusterJson.readFailover("a : b", 1))
                .contains(new FailoverRequest(Optional.of("a"), Optional.of("b"), Optional.empty(), 1));
        assertThat(ClusterJson.readFailover(":b", 1))
                .contains(new FailoverRequest(Optional.empty(), Optional.of("b"), Optional.empty(), 1));
        assertThat(ClusterJson.readFailover("a", 1))
                .contains(new FailoverRequest(Optional.of("a"), Optional.empty(), Optional.empty(), 1));
    }

    @Test
    void syncInPatronisOrderWithSortedStandbys() {
        SyncState sync = new SyncState(Optional.of("pg-a"), 1, List.of("pg-c", "pg-b"), 9);
        assertThat(ClusterJson.write(sync))
                .isEqualTo("{\"leader\":\"pg-a\",\"quorum\":1,\"sync_standby\":\"pg-b,pg-c\"}");
        assertThat(ClusterJson.readSync("{\"leader\":\"pg-a\",\"quorum\":1,\"sync_standby\":\"pg-b, pg-c,\"}", 9))
                .isEqualTo(new SyncState(Optional.of("pg-a"), 1, List.of("pg-b", "pg-c"), 9));
        assertThat(ClusterJson.write(new SyncState(Optional.of("a"), 0, List.of(), 0)))
                .isEqualTo("{\"leader\":\"a\",\"quorum\":0,\"sync_standby\":null}");
    }

    @Test
    void quorumWithoutLeaderIsZero() {
        assertThat(ClusterJson.readSync("{\"leader\":null,\"quorum\":2,\"sync_standby\":null}", 0))
                .isEqualTo(SyncState.NONE);
    }

    @Test
    void statusOfAllAges() {
        Status status =
                new Status(new Lsn(67395656), Map.of("pg_b", new Lsn(2), "pg_a", new Lsn(1)), List.of("pg_b", "pg_c"));
        String text = "{\"optime\":67395656,\"slots\":{\"pg_a\":1,\"pg_b\":2},\"retain_slots\":[\"pg_b\",\"pg_c\"]}";
        assertThat(ClusterJson.write(status)).isEqualTo(text);
        assertThat(ClusterJson.readStatus(text)).isEqualTo(status);
        assertThat(
                        ClusterJson.readStatus(
                                "{\"optime\":\"67395656\",\"slots\":\"{\\\"pg_a\\\":1,\\\"pg_b\\\":\\\"2\\\"}\",\"retain_slots\":\"[\\\"pg_b\\\",\\\"pg_c\\\"]\"}"))
                .isEqualTo(status);
        assertThat(ClusterJson.readStatus("42")).isEqualTo(new Status(new Lsn(42), Map.of(), List.of()));
        assertThat(ClusterJson.write(new Status(new Lsn(42), Map.of(), List.of())))
                .isEqualTo("{\"optime\":42}");
    }

    @Test
    void historyOfAllAges() {
        String text =
                "[[1,25623960,\"no recovery target specified\"],[2,25623961,\"r\",\"2026-11-23T14:19:45.856524+00:00\"],[3,25623962,\"r\",\"2026-11-23T14:19:45.856524+00:00\",\"pg-b\"]]";
        History history = ClusterJson.readHistory(text);
        assertThat(history.entries()).hasSize(3);
        assertThat(history.entries().getLast().newLeader()).contains("pg-b");
        assertThat(ClusterJson.write(history)).isEqualTo(text);
        assertThat(ClusterJson.readHistory("[1,[2],[\"x\",1,\"r\"],[4,5,\"r\"]]")
                        .entries())
                .containsExactly(new History.Entry(4, new Lsn(5), "r", Optional.empty(), Optional.empty()));
    }

    @Test
    void failsafeIsSorted() {
        assertThat(ClusterJson.writeFailsafe(Map.of("b", "http://b", "a", "http://a")))
                .isEqualTo("{\"a\":\"http://a\",\"b\":\"http://b\"}");
        assertThat(ClusterJson.readFailsafe("{\"b\":\"http://b\",\"a\":[]}")).isEqualTo(Map.of("b", "http://b"));
    }

    @Test
    void theViewOfAllKeys() {
        ClusterView view = ClusterViews.from(List.of(
                new KeyedValue("initialize", "7711371126323781949", 1, 0),
                new KeyedValue("config", "{\"ttl\":20}", 2, 0),
                new KeyedValue("leader", "pg-a", 3, 77),
                new KeyedValue("optime/leader", "12", 4, 0),
                new KeyedValue("members/pg-b", "broken", 5, 78),
                new KeyedValue("members/pg-a", "{\"state\":\"running\"}", 6, 77),
                new KeyedValue("members/pg-a/x", "{}", 7, 77),
                new KeyedValue("failover", "{\"member\":\"pg-b\"}", 8, 0),
                new KeyedValue("sync", "{\"leader\":\"pg-a\",\"quorum\":0,\"sync_standby\":null}", 9, 0),
                new KeyedValue("history", "[[1,2,\"r\"]]", 10, 0),
                new KeyedValue("failsafe", "{\"pg-a\":\"u\"}", 11, 0),
                new KeyedValue("something", "else", 12, 0)));
        assertThat(view)
                .isEqualTo(new ClusterView(
                        Optional.of("7711371126323781949"),
                        Optional.of(new DynamicConfiguration(Mapping.empty().with("ttl", 20), 2)),
                        Optional.of(new Leader("pg-a", 3, 77)),
                        new Status(new Lsn(12), Map.of(), List.of()),
                        List.of(
                                new Member("pg-a", (Mapping) Json.parse("{\"state\":\"running\"}"), 6, 77),
                                new Member("pg-b", Mapping.empty(), 5, 78)),
                        Optional.of(new FailoverRequest(Optional.empty(), Optional.of("pg-b"), Optional.empty(), 8)),
                        new SyncState(Optional.of("pg-a"), 0, List.of(), 9),
                        new History(List.of(new History.Entry(1, new Lsn(2), "r", Optional.empty(), Optional.empty()))),
                        Map.of("pg-a", "u"),
                        JobBoard.EMPTY,
                        Set.of("members/pg-b")));
        assertThat(ClusterViews.from(List.of())).isEqualTo(ClusterView.EMPTY);
    }

    @Test
    void junkIsNamedAndCountsAsAbsent() {
        List<String> keys = List.of(
                "config", "leader", "history", "status", "sync", "failover", "failsafe", "initialize", "members/a");
        ClusterView view = ClusterViews.from(
                keys.stream().map(key -> new KeyedValue(key, "{junk", 5, 0)).toList());
        assertThat(view.brokenKeys()).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(view.leader()).isEmpty();
        assertThat(view.config()).isEmpty();
        assertThat(view.systemIdentifier()).isEmpty();
    }

    @Test
    void aLockWithoutLeaseIsObeyedIfItNamesAMember() {
        KeyedValue member = new KeyedValue("members/a", "{}", 1, 7);
        assertThat(ClusterViews.from(List.of(member, new KeyedValue("leader", "a", 2, 0)))
                        .leads("a"))
                .isTrue();
        assertThat(ClusterViews.from(List.of(member, new KeyedValue("leader", "gone", 2, 9)))
                        .leads("gone"))
                .isTrue();
        assertThat(ClusterViews.from(List.of(member, new KeyedValue("leader", "gone", 2, 0)))
                        .leader())
                .isEmpty();
    }

    @Test
    void statusTakesPrecedenceOverTheOldKey() {
        ClusterView view = ClusterViews.from(List.of(
                new KeyedValue("optime/leader", "12", 1, 0), new KeyedValue("status", "{\"optime\":13}", 2, 0)));
        assertThat(view.status().optime()).isEqualTo(new Lsn(13));
    }
}
