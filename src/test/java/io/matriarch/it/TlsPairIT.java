package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members whose REST interfaces speak TLS ask each other, and a person's tools ask them. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TlsPairIT {
    private static final String SCOPE = "tlspair";

    @TempDir
    private static Path made;

    private static Loner secured(SharedEtcd etcd, String name, Certificates certificates) throws Exception {
        Loner loner = new Loner(etcd, SCOPE, name);
        Certificates.Files files = certificates.server().copiedTo(loner.data().resolveSibling("tls"));
        return loner.with("restapi:\n", """
                restapi:
                  certfile: %s
                  keyfile: %s
                  cafile: %s
                """.formatted(files.certificate(), files.key(), files.authority()));
    }

    private static ServerProcess.Ended run(SharedEtcd etcd, List<String> command) {
        return ServerProcess.run(etcd.home(), 60, command);
    }

    private static boolean streams(Loner primary) {
        return primary.node()
                .query("select count(*) from pg_stat_replication where state = 'streaming'")
                .equals("1");
    }

    @Test
    void theyHandOverFailOverAndAreExamined() throws Exception {
        Certificates certificates = Certificates.in(made);
        try (SharedEtcd etcd = new SharedEtcd();
                Loner a = secured(etcd, "a", certificates).start()) {
            LocalCluster.await("a leads", 60, () -> a.node().isPromoted());
            try (Loner b = secured(etcd, "b", certificates).start()) {
                LocalCluster.await("b streams", 60, () -> streams(a));
                ServerProcess.Ended doctor = run(
                        etcd,
                        etcd.program()
                                .tool("doctor", "-c", b.node().configuration().toString(), "--cluster", "-f", "json"));
                assertThat(doctor.output()).contains("\"check\"").doesNotContain("https is supported but");
                LocalCluster.await(
                        "b can take over",
                        60,
                        () -> run(etcd, etcd.program().ctl(a.node().configuration(), "list"))
                                .output()
                                .contains("streaming"));
                ServerProcess.Ended switchover = run(
                        etcd,
                        etcd.program()
                                .ctl(a.node().configuration(), "switchover", SCOPE, "--candidate", "b", "--force"));
                assertThat(switchover.output()).contains("Successfully switched over to \"b\"");
                LocalCluster.await("a streams", 60, () -> b.node().isPromoted() && streams(b));
                b.process().killWithDescendants();
                LocalCluster.await("a leads again", 60, () -> a.node().isPromoted());
            }
        }
    }
}
