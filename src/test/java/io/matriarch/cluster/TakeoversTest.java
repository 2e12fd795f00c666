package io.matriarch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Value.Mapping;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How far a switchover from a to b has come, by what is in the DCS second by second. */
final class TakeoversTest {
    private static final Instant START = Instant.parse("2026-11-23T15:00:00Z");
    private static final FailoverRequest SWITCHOVER =
            new FailoverRequest(Optional.of("a"), Optional.of("b"), Optional.empty(), 42);
    private static final Mapping RUNS = member("running", "replica");
    private static final Mapping LEADS = member("running", "primary");
    private static final Mapping STOPS = member("stopping", "primary");
    private static final Mapping STOPPED = member("stopped", "demoted");

    private Takeovers takeovers = Takeovers.NONE;
    private int second;

    private static Mapping member(String state, String role) {
        return Mapping.empty().with("state", state).with("role", role);
    }

    private static ClusterView view(String leader, Optional<FailoverRequest> request, Mapping a, Mapping b) {
        return new ClusterView(
                Optional.of("7711371126323781949"),
                Optional.empty(),
                Optional.of(leader).filter(name -> !name.isEmpty()).map(name -> new Leader(name, 1, 2)),
                Status.UNKNOWN,
                List.of(new Member("a", a, 3, 4), new Member("b", b, 3, 4), new Member("c", RUNS, 3, 4)),
                request,
                SyncState.NONE,
                History.EMPTY,
                Map.of());
    }

    /** One more look, a second after the last. */
    private String look(String leader, Optional<FailoverRequest> request, Mapping a, Mapping b) {
        second++;
        return seen(view(leader, request, a, b), Optional.empty(), second);
    }

    private String seen(ClusterView view, Optional<Takeovers.Own> own, int at) {
        takeovers = takeovers.seen(new Takeovers.Look(view, own, START.plusSeconds(at)));
        return takeovers.recent().isEmpty()
                ? "none"
                : takeovers.recent().getFirst().phase().text();
    }

    private Takeover last() {
        return takeovers.recent().getFirst();
    }

    private Mapping json(int at) {
        return last().toJson(START.plusSeconds(at), DynamicConfiguration.DEFAULTS);
    }

    @Test
    void aSwitchoverFromItsRequestToItsEnd() {
        Optional<FailoverRequest> request = Optional.of(SWITCHOVER);
        assertThat(look("a", Optional.empty(), LEADS, RUNS)).isEqualTo("none");
        assertThat(look("a", request, LEADS, RUNS)).isEqualTo("requested");
        assertThat(look("a", request, STOPS, RUNS)).isEqualTo("stopping");
        assertThat(last().waitsFor()).hasValue("PostgreSQL on a to write its checkpoint and stop");
        assertThat(look("a", request, STOPPED, RUNS)).isEqualTo("waiting for candidate");
        assertThat(last().waitsFor()).hasValue("b to have all WAL of a");
        assertThat(look("", request, STOPPED, RUNS)).isEqualTo("released");
        assertThat(look("b", Optional.empty(), STOPPED, RUNS)).isEqualTo("promoting");
        assertThat(look("b", Optional.empty(), STOPPED, LEADS)).isEqualTo("done");
        assertThat(json(8))
                .isEqualTo(Mapping.empty()
                        .with("id", "42")
                        .with("kind", "switchover")
                        .with("leader", "a")
                        .with("candidate", "b")
                        .with("started", "2026-11-23T15:00:02+00:00")
                        .with("phase", "done")
                        .with("since", "2026-11-23T15:00:07+00:00")
                        .with("waits_for", new io.matriarch.value.Value.Null())
                        .with("result", "Successfully switched over to \"b\""));
        assertThat(look("c", Optional.empty(), RUNS, RUNS))
                .as("what ended stays so")
                .isEqualTo("done");
        assertThat(takeovers.find("42")).isPresent();
        assertThat(takeovers.find("43")).isEmpty();
    }

    @Test
    void aMemberThatLooksLateComesToTheSameEnd() {
        assertThat(look("b", Optional.of(SWITCHOVER), STOPPED, RUNS)).isEqualTo("promoting");
        assertThat(look("b", Optional.empty(), STOPPED, LEADS)).isEqualTo("done");
        assertThat(last().before()).hasValue("a");
    }

    @Test
    void whoTakesOverInsteadIsNamed() {
        look("a", Optional.of(SWITCHOVER), LEADS, RUNS);
        look("", Optional.empty(), STOPPED, RUNS);
        ClusterView other = view("c", Optional.empty(), STOPPED, RUNS);
        seen(other, Optional.of(new Takeovers.Own("c", PostgresState.RUNNING, Role.PRIMARY)), 9);
        assertThat(last().result()).hasValue("Switched over to \"c\" instead of \"b\"");
    }

    @Test
    void ofTheOwnServerMoreIsKnownThanItsKeySays() {
        ClusterView view = view("a", Optional.of(SWITCHOVER), LEADS, RUNS);
        assertThat(seen(view, Optional.of(new Takeovers.Own("a", PostgresState.STOPPING, Role.PRIMARY)), 1))
                .isEqualTo("stopping");
        assertThat(seen(view, Optional.empty(), 2))
                .as("an older copy leads nowhere back")
                .isEqualTo("stopping");
    }

    @Test
    void aRequestThatIsGoneWithoutANewLeaderHasFailedOnceItIsSure() {
        look("a", Optional.of(SWITCHOVER), LEADS, RUNS);
        assertThat(look("a", Optional.empty(), LEADS, RUNS))
                .as("perhaps an older copy")
                .isEqualTo("requested");
        assertThat(look("a", Optional.of(SWITCHOVER), LEADS, RUNS)).isEqualTo("requested");
        assertThat(look("a", Optional.empty(), LEADS, RUNS)).isEqualTo("requested");
        assertThat(look("a", Optional.empty(), LEADS, RUNS)).isEqualTo("failed");
        assertThat(last().result().orElseThrow()).contains("no candidate was ready");
    }

    @Test
    void aLookFromBeforeTheRequestSaysNothing() {
        seen(view("a", Optional.of(SWITCHOVER), LEADS, RUNS), Optional.empty(), 10);
        ClusterView before = view("a", Optional.empty(), LEADS, RUNS);
        seen(before, Optional.empty(), 1);
        seen(before, Optional.empty(), 5);
        assertThat(seen(before, Optional.empty(), 9)).isEqualTo("requested");
    }

    @Test
    void aSwitchoverThatLosesItsCandidateIsGivenUp() {
        Optional<FailoverRequest> request = Optional.of(SWITCHOVER);
        look("a", request, STOPS, RUNS);
        look("a", request, STOPPED, RUNS);
        look("a", Optional.empty(), STOPPED, RUNS);
        assertThat(look("a", Optional.empty(), LEADS, RUNS)).isEqualTo("failed");
        assertThat(last().result()).hasValue("no candidate has received all WAL of a, which goes on as the primary");
    }

    @Test
    void aFailoverWithoutALeaderBeginsWithTheLockFree() {
        FailoverRequest failover = new FailoverRequest(Optional.empty(), Optional.of("b"), Optional.empty(), 50);
        assertThat(look("", Optional.of(failover), STOPPED, RUNS)).isEqualTo("released");
        assertThat(last().kind()).isEqualTo("failover");
        assertThat(look("b", Optional.of(failover), STOPPED, LEADS)).isEqualTo("done");
        assertThat(last().result()).hasValue("Successfully failed over to \"b\"");
    }

    @Test
    void aLeaderThatDoesNotMatchIsAFailure() {
        look("c", Optional.empty(), RUNS, RUNS);
        assertThat(look("c", Optional.of(SWITCHOVER), RUNS, RUNS)).isEqualTo("failed");
        assertThat(last().result()).hasValue("leader name does not match");
    }

    @Test
    void aNewerRequestTakesThePlaceOfAnOlderOne() {
        look("a", Optional.of(SWITCHOVER), LEADS, RUNS);
        FailoverRequest later =
                new FailoverRequest(Optional.of("a"), Optional.of("c"), Optional.of("2030-01-01T00:00:00+00:00"), 43);
        assertThat(look("a", Optional.of(later), LEADS, RUNS)).isEqualTo("scheduled");
        assertThat(takeovers.find("42").orElseThrow().result()).hasValue("another request took its place");
        assertThat(last().waitsFor()).hasValue("2030-01-01T00:00:00+00:00");
        assertThat(json(100_000).text("phase")).hasValue("scheduled");
    }

    @Test
    void tooLongWithoutAChangeIsToldUntilThereIsOne() {
        look("a", Optional.of(SWITCHOVER), LEADS, RUNS);
        assertThat(json(20).text("phase")).hasValue("requested");
        assertThat(json(22).text("phase")).hasValue("timed out");
        assertThat(json(22).text("result").orElseThrow()).contains("may still be in progress");
        assertThat(look("a", Optional.of(SWITCHOVER), STOPS, RUNS)).isEqualTo("stopping");
        assertThat(json(600).text("phase")).as("a checkpoint takes its time").hasValue("stopping");
        assertThat(look("b", Optional.empty(), STOPPED, LEADS)).isEqualTo("done");
    }

    @Test
    void onlyTheLastTenAreKept() {
        for (int revision = 1; revision <= 12; revision++) {
            look(
                    "a",
                    Optional.of(new FailoverRequest(Optional.of("a"), Optional.of("b"), Optional.empty(), revision)),
                    LEADS,
                    RUNS);
        }
        assertThat(takeovers.recent()).hasSize(10);
        assertThat(last().id()).isEqualTo(12);
    }
}
