package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.matriarch.HardCase;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.config.CtlSettings;
import io.matriarch.config.TlsFiles;
import io.matriarch.ha.PeerReply;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the others' REST interface is understood to say. */
final class HttpPeersTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpPeers peers = new HttpPeers(vertx, new CtlSettings(Optional.empty(), false, TlsFiles.NONE));

    @AfterEach
    void close() throws Exception {
        peers.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @HardCase(10)
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"role":"primary","state":"running","xlog":{"location":7}}                       | true  | 7
            {"role":"master","state":"running","xlog":{"location":7}}                        | true  | 7
            {"role":"replica","state":"running","xlog":{"location":7}}                       | true  | 7
            {"role":"primary","state":"running","xlog":{"received_location":7}}              | true  | 0
            {"role":"replica","xlog":{"received_location":7,"replayed_location":5}}          | false | 7
            {"role":"standby_leader","wal":{"received_location":5,"replayed_location":7}}    | false | 7
            """)
    void whetherAPeerIsAPrimaryIsInItsAnswer(String body, boolean primary, long position) {
        PeerReply reply = HttpPeers.read("n2", body);
        assertThat(reply.reachable()).isTrue();
        assertThat(reply.primary()).isEqualTo(primary);
        assertThat(reply.position()).isEqualTo(new Lsn(position));
    }

    @HardCase(10)
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"role":"demoted","state":"stopped"}
            {"role":"primary","state":"starting"}
            [1]
            <html>
            """)
    void anAnswerWithoutAPositionIsNone(String body) {
        assertThat(HttpPeers.read("n2", body)).isEqualTo(PeerReply.unreachable("n2"));
    }

    /** A proxy accepts connections for a server that is gone. */
    @HardCase(12)
    @Test
    void aPortThatOnlyAcceptsConnectionsIsNoNodeThatRuns() throws IOException {
        try (ServerSocket proxy = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThat(answers(proxy.getLocalPort())).isFalse();
        }
        HttpServer node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext("/", exchange -> {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        node.start();
        try {
            assertThat(answers(node.getAddress().getPort())).isTrue();
        } finally {
            node.stop(0);
        }
    }

    private boolean answers(int port) {
        Member member =
                new Member("n1", Mapping.empty().with("api_url", "http://127.0.0.1:" + port + "/patroni"), 1, 2);
        return peers.answers(member, Deadline.after(Duration.ofSeconds(1)));
    }
}
