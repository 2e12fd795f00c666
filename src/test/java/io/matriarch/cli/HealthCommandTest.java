package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult.Loaded;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Against a small HTTP server: well, not well, and nobody there. */
class HealthCommandTest {
    private final FakeTerminal terminal = new FakeTerminal(List.of(), false);

    @Test
    void theAnswersStatusDecides() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/liveness") ? 200 : 503, -1);
            exchange.close();
        });
        server.start();
        int port = server.getAddress().getPort();
        try {
            assertThat(HealthCommand.ask(listeningOn("0.0.0.0:" + port), "liveness", terminal))
                    .isZero();
            assertThat(HealthCommand.ask(listeningOn("127.0.0.1:" + port), "primary", terminal))
                    .isOne();
            assertThat(terminal.output())
                    .isEqualTo("http://127.0.0.1:%1$d/liveness answers 200%nhttp://127.0.0.1:%1$d/primary answers 503%n"
                            .formatted(port));
        } finally {
            server.stop(0);
        }
        assertThat(HealthCommand.ask(listeningOn("127.0.0.1:" + port), "liveness", terminal))
                .isOne();
        assertThat(terminal.errors()).startsWith("http://127.0.0.1:" + port + "/liveness doesn't answer: ");
    }

    private static Configuration listeningOn(String address) {
        Map<String, String> variables = Map.of(
                "PATRONI_SCOPE", "herd",
                "PATRONI_NAME", "pg1",
                "PATRONI_ETCD3_HOSTS", "127.0.0.1:1",
                "PATRONI_RESTAPI_LISTEN", address,
                "PATRONI_RESTAPI_CONNECT_ADDRESS", "127.0.0.1:1",
                "PATRONI_POSTGRESQL_LISTEN", "127.0.0.1:1",
                "PATRONI_POSTGRESQL_CONNECT_ADDRESS", "127.0.0.1:1",
                "PATRONI_POSTGRESQL_DATA_DIR", "/data",
                "PATRONI_REPLICATION_USERNAME", "replicator",
                "PATRONI_SUPERUSER_USERNAME", "postgres");
        return ((Loaded<Configuration>) ConfigurationLoader.load(Optional.empty(), variables)).configuration();
    }
}
