package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.JobLock;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.FakeDcs;
import io.matriarch.dcs.FakeEtcd;
import io.matriarch.dcs.Reading;
import io.matriarch.time.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JobRequestsTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    private final FakeEtcd etcd = new FakeEtcd(() -> 0);
    private final FakeDcs dcs = new FakeDcs(etcd, "a", Duration.ofSeconds(30), FakeDcs.Network.perfect());

    private Commands.Answer request(JobKind kind) {
        return new JobRequests(dcs, () -> NOW).request(kind, deadline());
    }

    private static Deadline deadline() {
        return Deadline.after(Duration.ofSeconds(5));
    }

    private ClusterView view() {
        return ((Reading.Known) dcs.readFresh(deadline())).view();
    }

    @Test
    void aRequestIsInTheJournalAndIsTakenOnce() {
        assertThat(request(JobKind.DUMP).status()).isEqualTo(202);
        assertThat(view().jobs().journal().requested()).containsExactly(Map.entry(JobKind.DUMP, NOW));
        Commands.Answer again = request(JobKind.DUMP);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.text()).contains("the job dump is wanted already");
        assertThat(request(JobKind.DRILL).status())
                .as("another job may wait, too")
                .isEqualTo(202);
    }

    @Test
    void whileAJobRunsNothingIsTaken() {
        dcs.write(new DcsCommand.TakeJob(new JobLock(JobKind.BASE, "b", NOW)), deadline());
        Commands.Answer answer = request(JobKind.DUMP);
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text()).contains("the job base runs on b since " + NOW);
        assertThat(view().jobs().journal().requested()).isEmpty();
    }

    @Test
    void whatCannotBeWrittenIsSaid() {
        FakeDcs broken = new FakeDcs(etcd, "a", Duration.ofSeconds(30), _ -> FakeDcs.Fate.LOST_BEFORE);
        Commands.Answer answer = new JobRequests(broken, () -> NOW).request(JobKind.DUMP, deadline());
        assertThat(answer.status()).isEqualTo(503);
    }
}
