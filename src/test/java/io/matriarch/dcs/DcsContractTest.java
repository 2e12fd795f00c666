package io.matriarch.dcs;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What every implementation of the port promises; run against the fake and against a real etcd. */
abstract class DcsContractTest {

    /** A client of the scope under test for a member. */
    abstract Dcs client(String member);

    /** Lets all leases of clients that stay silent run out. */
    abstract void outliveLeases();

    abstract Deadline soon();

    /** Gives the watch time to bring what others wrote. */
    abstract ClusterView eventually(Dcs dcs, Predicate<ClusterView> expected);

    private ClusterView view(Dcs dcs) {
        return switch (dcs.read(soon())) {
            case Reading.Known(ClusterView view) -> view;
            case Reading.Unavailable(String why) -> throw new AssertionError(why);
        };
    }

    private void written(Dcs dcs, DcsCommand command) {
        assertThat(dcs.write(command, soon())).isInstanceOf(Writing.Written.class);
    }

    private void refused(Dcs dcs, DcsCommand command) {
        assertThat(dcs.write(command, soon())).isInstanceOf(Writing.Refused.class);
    }

    @Test
    void anEmptyScopeIsEmpty() {
        assertThat(view(client("a"))).isEqualTo(ClusterView.EMPTY);
    }

    @Test
    void onlyOneTakesTheLeaderKey() {
        Dcs a = client("a");
        Dcs b = client("b");
        written(a, new DcsCommand.AcquireLeader());
        refused(b, new DcsCommand.AcquireLeader());
        refused(b, new DcsCommand.RenewLeader());
        assertThat(view(a).leads("a")).isTrue();
        assertThat(eventually(b, view -> view.leads("a")).leads("a")).isTrue();
        written(a, new DcsCommand.RenewLeader());
    }

    @Test
    void ownWritesAreSeenAtOnce() {
        Dcs a = client("a");
        view(a);
        written(a, new DcsCommand.TouchMember(Mapping.empty().with("state", "running")));
        assertThat(view(a).member("a").orElseThrow().state()).isEqualTo("running");
        written(a, new DcsCommand.AcquireLeader());
        assertThat(view(a).leads("a")).isTrue();
        written(a, new DcsCommand.ReleaseLeader(Optional.empty()));
        assertThat(view(a).leader()).isEmpty();
    }

    @Test
    void releasingWritesTheStatusBefore() {
        Dcs a = client("a");
        written(a, new DcsCommand.AcquireLeader());
        Status last = new Status(new Lsn(4711), Map.of("b", new Lsn(4000)), List.of("b"));
        written(a, new DcsCommand.ReleaseLeader(Optional.of(last)));
        assertThat(view(a).leader()).isEmpty();
        assertThat(view(a).status()).isEqualTo(last);
        refused(a, new DcsCommand.ReleaseLeader(Optional.empty()));
    }

    @Test
    void aSilentMemberLosesItsKeys() {
        Dcs a = client("a");
        Dcs b = client("b");
        written(a, new DcsCommand.TouchMember(Mapping.empty().with("state", "running")));
        written(a, new DcsCommand.AcquireLeader());
        view(b);
        outliveLeases();
        assertThat(eventually(b, view -> view.leader().isEmpty()).members()).isEmpty();
        written(b, new DcsCommand.AcquireLeader());
        refused(a, new DcsCommand.RenewLeader());
    }

    /** Others may have led meanwhile, on later timelines: whoever races looks at them, who renews doesn't. */
    @HardCase(9)
    @Test
    void aLockThatRanOutIsNotRenewedButHasToBeTakenAnew() {
        Dcs a = client("a");
        written(a, new DcsCommand.AcquireLeader());
        outliveLeases();
        assertThat(a.write(new DcsCommand.RenewLeader(), soon())).isInstanceOf(Writing.Unavailable.class);
        assertThat(eventually(a, view -> view.leader().isEmpty()).leader()).isEmpty();
        written(a, new DcsCommand.AcquireLeader());
        assertThat(eventually(a, view -> view.leads("a")).leads("a")).isTrue();
    }

    @Test
    void takingTheLeaderKeyNeedsNobodysConsent() {
        Dcs a = client("a");
        Dcs b = client("b");
        written(a, new DcsCommand.AcquireLeader());
        written(b, new DcsCommand.TakeLeader());
        assertThat(view(b).leads("b")).isTrue();
        refused(a, new DcsCommand.RenewLeader());
    }

    @Test
    void initializeIsARace() {
        Dcs a = client("a");
        Dcs b = client("b");
        written(a, new DcsCommand.CreateInitialize());
        refused(b, new DcsCommand.CreateInitialize());
        assertThat(view(a).initialize()).contains("");
        assertThat(view(a).systemIdentifier()).isEmpty();
        written(a, new DcsCommand.RegisterBootstrap("7711371126323781949"));
        assertThat(view(a).systemIdentifier()).contains("7711371126323781949");
        written(a, new DcsCommand.DeleteInitialize());
        assertThat(view(a).initialize()).isEmpty();
        written(b, new DcsCommand.CreateInitialize());
    }

    /** The answer to the first try may have been lost, and that of the registration. */
    @Test
    void aRaceThatIsWonIsWonWhenItIsRunAgain() {
        Dcs a = client("a");
        written(a, new DcsCommand.CreateInitialize());
        eventually(a, view -> view.initialize().isPresent());
        written(a, new DcsCommand.CreateInitialize());
        written(a, new DcsCommand.RegisterBootstrap("7711371126323781949"));
        eventually(a, view -> view.systemIdentifier().isPresent());
        written(a, new DcsCommand.RegisterBootstrap("7711371126323781949"));
    }

    @Test
    void whoDiesWhileItBootstrapsLetsOthersTry() {
        Dcs a = client("a");
        Dcs b = client("b");
        written(a, new DcsCommand.CreateInitialize());
        outliveLeases();
        eventually(b, view -> view.initialize().isEmpty());
        written(b, new DcsCommand.CreateInitialize());
        eventually(a, view -> view.initialize().isPresent());
        assertThat(a.write(new DcsCommand.RegisterBootstrap("7711371126323781949"), soon()))
                .as("late, while somebody else bootstraps")
                .isInstanceOf(Writing.Unavailable.class);
        refused(a, new DcsCommand.DeleteInitialize());
        written(b, new DcsCommand.RegisterBootstrap("7711371126323781950"));
        eventually(a, view -> view.systemIdentifier().isPresent());
        refused(a, new DcsCommand.RegisterBootstrap("7711371126323781949"));
        assertThat(view(a).systemIdentifier()).contains("7711371126323781950");
    }

    @Test
    void aRegisteredClusterOutlivesWhoBootstrappedIt() {
        Dcs a = client("a");
        written(a, new DcsCommand.CreateInitialize());
        eventually(a, view -> view.initialize().isPresent());
        written(a, new DcsCommand.RegisterBootstrap("7711371126323781949"));
        outliveLeases();
        assertThat(view(a).systemIdentifier()).contains("7711371126323781949");
    }

    @Test
    void aBootstrapWhoseLeaseRanOutIsRegisteredIfNobodyElseBegan() {
        Dcs a = client("a");
        written(a, new DcsCommand.CreateInitialize());
        outliveLeases();
        eventually(a, view -> view.initialize().isEmpty());
        written(a, new DcsCommand.RegisterBootstrap("7711371126323781949"));
    }

    @Test
    void configurationIsChangedOnlyFromWhatWasRead() {
        Dcs a = client("a");
        written(a, new DcsCommand.PutConfig(Mapping.empty().with("ttl", 30), OptionalLong.empty()));
        long revision = view(a).config().orElseThrow().revision();
        written(a, new DcsCommand.PutConfig(Mapping.empty().with("ttl", 31), OptionalLong.of(revision)));
        refused(a, new DcsCommand.PutConfig(Mapping.empty().with("ttl", 32), OptionalLong.of(revision)));
        assertThat(eventually(a, view -> view.config().isPresent())
                        .config()
                        .orElseThrow()
                        .raw()
                        .whole("ttl"))
                .hasValue(31);
    }

    @Test
    void aFailoverRequestIsClearedOnlyIfItIsTheOneThatWasSeen() {
        Dcs a = client("a");
        Mapping request = Mapping.empty().with("leader", "a").with("member", "b");
        written(a, new DcsCommand.PutFailover(request, OptionalLong.empty()));
        long revision = view(a).failover().orElseThrow().revision();
        written(a, new DcsCommand.PutFailover(request, OptionalLong.empty()));
        refused(a, new DcsCommand.PutFailover(Mapping.empty(), OptionalLong.of(revision)));
        ClusterView seen = eventually(a, view -> view.failover().isPresent());
        written(
                a,
                new DcsCommand.PutFailover(
                        Mapping.empty(),
                        OptionalLong.of(seen.failover().orElseThrow().revision())));
        assertThat(view(a).failover()).isEmpty();
    }

    @Test
    void syncHistoryAndFailsafeComeBackAsWritten() {
        Dcs a = client("a");
        SyncState sync = new SyncState(Optional.of("a"), 1, List.of("b", "c"), 0);
        written(a, new DcsCommand.PutSync(sync));
        SyncState read = view(a).sync();
        assertThat(read.standbys()).containsExactly("b", "c");
        refused(a, new DcsCommand.PutSync(sync));
        ClusterView again = eventually(a, view -> !view.sync().isEmpty());
        written(a, new DcsCommand.DeleteSync(again.sync().revision()));
        History history = new History(List.of(new History.Entry(
                1,
                new Lsn(25623960),
                "no recovery target specified",
                Optional.of("2026-11-23T14:19:45+00:00"),
                Optional.of("b"))));
        written(a, new DcsCommand.PutHistory(history));
        assertThat(a.write(new DcsCommand.PutFailsafe(Map.of("a", "late")), soon()))
                .as("the failsafe key written by a former leader")
                .isInstanceOf(Writing.Refused.class);
        written(a, new DcsCommand.AcquireLeader());
        written(a, new DcsCommand.PutFailsafe(Map.of("a", "http://127.0.0.1:8008/patroni")));
        ClusterView view = eventually(a, seen -> !seen.failsafe().isEmpty());
        assertThat(view.sync().isEmpty()).isTrue();
        assertThat(view.history()).isEqualTo(history);
        assertThat(view.failsafe()).containsEntry("a", "http://127.0.0.1:8008/patroni");
    }

    @Test
    void aFreshReadSeesWhatOthersWrote() {
        Dcs a = client("a");
        Dcs b = client("b");
        view(b);
        written(a, new DcsCommand.PutInitialize("7711371126323781949"));
        assertThat(b.readFresh(soon()))
                .isInstanceOfSatisfying(
                        Reading.Known.class,
                        known -> assertThat(known.view().systemIdentifier()).contains("7711371126323781949"));
    }

    @Test
    void removingTheClusterRemovesEverything() {
        Dcs a = client("a");
        written(a, new DcsCommand.PutInitialize("7711371126323781949"));
        written(a, new DcsCommand.AcquireLeader());
        written(a, new DcsCommand.RemoveCluster());
        assertThat(eventually(a, view -> view.initialize().isEmpty())).isEqualTo(ClusterView.EMPTY);
    }

    @Test
    void changesOfTheLeaderWakeTheOthers() {
        Dcs a = client("a");
        Dcs b = client("b");
        view(b);
        List<String> woken = new java.util.concurrent.CopyOnWriteArrayList<>();
        b.onChange(() -> woken.add("changed"));
        written(a, new DcsCommand.AcquireLeader());
        eventually(b, view -> view.leads("a"));
        assertThat(woken).isNotEmpty();
    }

    static Duration patience() {
        return Duration.ofSeconds(10);
    }
}
