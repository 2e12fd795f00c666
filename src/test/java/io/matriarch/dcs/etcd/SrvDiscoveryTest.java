package io.matriarch.dcs.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.matriarch.config.EtcdSettings;
import io.matriarch.config.HostPort;
import io.matriarch.config.TlsFiles;
import io.matriarch.dcs.FakeNameserver;
import io.matriarch.time.Deadline;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SrvDiscoveryTest {
    private static final HostPort ONE = new HostPort("etcd1.example.org", 2379);
    private static final HostPort TWO = new HostPort("etcd2.example.org", 2479);
    private static final HostPort CONFIGURED = new HostPort("10.0.0.1", 2379);

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void recordsForClientsComeBeforeWhatIsConfigured() throws IOException {
        EtcdSettings found = resolved(Map.of("_etcd-client._tcp.example.org", List.of(TWO, ONE)), "", CONFIGURED)
                .orElseThrow();

        assertThat(found.endpoints()).containsExactly(TWO, ONE, CONFIGURED);
        assertThat(found.https()).isFalse();
    }

    @Test
    void theNamesForTlsAreAskedForFirst() throws IOException {
        EtcdSettings found = resolved(
                        Map.of(
                                "_etcd-client._tcp.example.org", List.of(ONE),
                                "_etcd-client-ssl._tcp.example.org", List.of(TWO)),
                        "")
                .orElseThrow();

        assertThat(found.endpoints()).containsExactly(TWO);
        assertThat(found.https()).isTrue();
    }

    @Test
    void theSuffixIsPartOfTheName() throws IOException {
        assertThat(resolved(Map.of("_etcd-client-red._tcp.example.org", List.of(ONE)), "red")
                        .map(EtcdSettings::endpoints))
                .contains(List.of(ONE));
    }

    @Test
    void withoutRecordsWhatIsConfiguredRemains() throws IOException {
        assertThat(resolved(Map.of(), "", CONFIGURED).map(EtcdSettings::endpoints))
                .contains(List.of(CONFIGURED));
        assertThat(resolved(Map.of(), "")).isEmpty();
    }

    @Test
    void aNameserverThatIsDeadIsPassedOver() throws IOException {
        FakeNameserver dead = new FakeNameserver(Map.of());
        int deadPort = dead.port();
        dead.close();
        try (FakeNameserver living = new FakeNameserver(Map.of("_etcd-client._tcp.example.org", List.of(ONE)))) {
            SrvDiscovery discovery = new SrvDiscovery(
                    vertx, List.of(new HostPort("127.0.0.1", deadPort), new HostPort("127.0.0.1", living.port())));

            assertThat(discovery
                            .resolve(settings("", List.of()), Deadline.after(Duration.ofSeconds(30)))
                            .map(EtcdSettings::endpoints))
                    .contains(List.of(ONE));
        }
    }

    @Test
    void peersAreAskedForTheAddressesOfClients() throws IOException {
        HttpServer peer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        peer.createContext("/members", exchange -> {
            byte[] body = """
                    [{"id":1,"peerURLs":["http://10.0.0.1:2380"],"clientURLs":["http://etcd1.example.org:2379"]},
                     {"id":2,"clientURLs":["http://etcd2.example.org:2479", "unix://nobody"]}]""".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        peer.start();
        try {
            HostPort address = new HostPort("127.0.0.1", peer.getAddress().getPort());
            assertThat(resolved(Map.of("_etcd-server._tcp.example.org", List.of(address)), "")
                            .map(EtcdSettings::endpoints))
                    .contains(List.of(ONE, TWO));
        } finally {
            peer.stop(0);
        }
    }

    @Test
    void nameserversOfAMachine() {
        assertThat(Nameservers.of(List.of("# x", "search a", "nameserver 10.0.0.2", " nameserver\tfd00::1 ")))
                .containsExactly(new HostPort("10.0.0.2", 53), new HostPort("fd00::1", 53));
        assertThat(Nameservers.of(List.of("nameserver"))).containsExactly(new HostPort("127.0.0.1", 53));
    }

    private Optional<EtcdSettings> resolved(Map<String, List<HostPort>> records, String suffix, HostPort... configured)
            throws IOException {
        try (FakeNameserver nameserver = new FakeNameserver(records)) {
            return new SrvDiscovery(vertx, List.of(new HostPort("127.0.0.1", nameserver.port())))
                    .resolve(settings(suffix, List.of(configured)), Deadline.after(Duration.ofSeconds(30)));
        }
    }

    private static EtcdSettings settings(String suffix, List<HostPort> configured) {
        return new EtcdSettings(
                configured,
                false,
                true,
                Optional.of("example.org"),
                Optional.of(suffix).filter(text -> !text.isEmpty()),
                Optional.empty(),
                TlsFiles.NONE);
    }
}
