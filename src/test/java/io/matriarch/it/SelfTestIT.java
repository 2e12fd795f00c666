package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.HostPort;
import io.matriarch.dcs.FakeNameserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfTestIT {
    private static final Path EXECUTABLE = Path.of(System.getProperty("matriarch.executable", "target/matriarch"))
            .toAbsolutePath();
    private static final String PASSWORD = "not-for-others";

    @TempDir
    private static Path directory;

    private static Certificates certificates;
    private static TlsEtcd etcd;
    private static FakeNameserver nameserver;
    private static TlsPostgres postgres;

    @BeforeAll
    static void startServers() throws IOException, InterruptedException {
        Programs.run(List.of("chmod", "755", directory.toString()), Map.of());
        certificates = Certificates.in(Files.createDirectory(directory.resolve("certificates")));
        etcd = TlsEtcd.start(directory.resolve("etcd"), certificates);
        nameserver = new FakeNameserver(
                Map.of("_etcd-client._tcp.matriarch.test", List.of(new HostPort("127.0.0.1", etcd.plainPort()))));
        postgres = TlsPostgres.start(Files.createDirectory(directory.resolve("postgres")), certificates, PASSWORD);
    }

    @AfterAll
    static void stopServers() throws IOException, InterruptedException {
        if (etcd != null) {
            etcd.close();
        }
        if (nameserver != null) {
            nameserver.close();
        }
        if (postgres != null) {
            postgres.stop();
        }
    }

    @Test
    void theTransitionTableIsPrinted() throws IOException, InterruptedException {
        Programs.Result result = Programs.run(List.of(EXECUTABLE.toString(), "docs", "transitions"), Map.of());

        assertThat(result.output()).isEqualTo(Files.readString(Path.of("docs/transitions.md")));
    }

    @Test
    void allWorksInTheExecutable() throws IOException, InterruptedException {
        Programs.Result result = selfTest(certificates.client());

        assertThat(result.output().lines())
                .containsExactly(
                        "ok json",
                        "ok yaml",
                        "ok child-process",
                        "ok signals",
                        "ok dns",
                        "ok time-zone",
                        "ok micrometer",
                        "ok sha256",
                        "ok zstd",
                        "ok etcd",
                        "ok etcd-srv",
                        "ok etcd-tls",
                        "ok postgres-tls");
        assertThat(result.code()).isZero();
    }

    @Test
    void aCertificateOfAnotherAuthorityIsNoticed() throws IOException, InterruptedException {
        Certificates others = Certificates.in(Files.createDirectory(directory.resolve("others")));

        Programs.Result result = selfTest(others.client());

        assertThat(result.output()).contains("FAILED etcd-tls").contains("FAILED postgres-tls");
        assertThat(result.code()).isEqualTo(1);
    }

    /** With a client that trusts and shows these certificates. */
    private static Programs.Result selfTest(Certificates.Files files) throws IOException, InterruptedException {
        List<String> command = List.of(
                EXECUTABLE.toString(),
                "self-test",
                "etcd=127.0.0.1:" + etcd.plainPort(),
                "nameserver=127.0.0.1:" + nameserver.port(),
                "etcd-tls=localhost:" + etcd.tlsPort(),
                "postgres=localhost:" + postgres.port(),
                "user=tester",
                "ca=" + files.authority(),
                "cert=" + files.certificate(),
                "key=" + files.key());
        return Programs.run(command, Map.of("PGPASSWORD", PASSWORD));
    }
}
