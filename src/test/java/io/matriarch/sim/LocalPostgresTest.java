package io.matriarch.sim;

import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import io.matriarch.postgres.LocalPostgres;
import io.matriarch.postgres.Postgres;
import io.matriarch.postgres.PostgresConfiguration;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real PostgreSQL. It refuses to be root, so that as root its programs run in a user namespace where root has another number. */
@Timeout(120)
final class LocalPostgresTest extends PostgresContractTest {
    private static final Path INSTALLED =
            Path.of(System.getProperty("matriarch.postgres.bin", "/usr/lib/postgresql/15/bin"));
    private static final Mapping LOGICAL = Mapping.empty()
            .with(
                    "postgresql",
                    Mapping.empty().with("parameters", Mapping.empty().with("wal_level", "logical")));
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    private Path directory;

    private final Map<String, Integer> ports = new HashMap<>();
    private final Map<String, LocalPostgres> servers = new HashMap<>();

    @AfterEach
    void stop() {
        servers.keySet().forEach(this::kill);
    }

    @Override
    Postgres server(String member) {
        return servers.computeIfAbsent(member, this::create);
    }

    private LocalPostgres create(String member) {
        try {
            Path data = directory.resolve(member).resolve("data");
            Files.createDirectories(data.getParent());
            String yaml = """
                    {scope: contract, name: %s,
                     restapi: {listen: "127.0.0.1:8008", connect_address: "127.0.0.1:8008"},
                     etcd3: {host: "127.0.0.1:2379"},
                     bootstrap: {initdb: [{encoding: UTF8}, {locale: C.UTF-8}, data-checksums]},
                     postgresql: {listen: "127.0.0.1:%d", connect_address: "127.0.0.1:%d", data_dir: "%s", bin_dir: "%s", pgpass: "%s",
                       authentication: {superuser: {username: postgres, password: "it's"}, replication: {username: replicator, password: "a \\\\ b"}},
                       parameters: {unix_socket_directories: "%s", shared_buffers: 32MB, fsync: "off"},
                       pg_hba: ["host all all 127.0.0.1/32 scram-sha-256", "host replication replicator 127.0.0.1/32 scram-sha-256"]}}
                    """.formatted(
                            member,
                            port(member),
                            port(member),
                            data,
                            programs(),
                            data.resolveSibling("pgpass"),
                            data.getParent());
            return new LocalPostgres(
                    Ticker.system(), new PostgresConfiguration(load(yaml), new DynamicConfiguration(LOGICAL, 0)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Configuration load(String yaml) {
        return switch (ConfigurationLoader.load(Optional.empty(), Map.of("PATRONI_CONFIGURATION", yaml))) {
            case LoadResult.Loaded<Configuration> loaded -> loaded.configuration();
            case LoadResult.Invalid<Configuration> invalid ->
                throw new IllegalStateException(invalid.problems().toString());
        };
    }

    private Path programs() throws IOException {
        if (!"root".equals(System.getProperty("user.name"))) {
            return INSTALLED;
        }
        Path bin = Files.createDirectories(directory.resolve("bin"));
        try (var files = Files.list(INSTALLED)) {
            for (Path program : files.toList()) {
                Path wrapper = bin.resolve(program.getFileName());
                Files.writeString(
                        wrapper,
                        "#!/bin/sh\nexec unshare --user --map-user=1000 --map-group=1000 -- " + program + " \"$@\"\n");
                Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        return bin;
    }

    private int port(String member) {
        return ports.computeIfAbsent(member, _ -> {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    Upstream at(String member) {
        return new Upstream(member, "postgres://127.0.0.1:" + port(member) + "/postgres");
    }

    @Override
    void await(String what, BooleanSupplier condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(condition::getAsBoolean);
    }

    @Override
    void kill(String member) {
        try {
            Path file = directory.resolve(member).resolve("data/postmaster.pid");
            if (Files.exists(file)) {
                long pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
                ProcessHandle.of(pid).ifPresent(postmaster -> {
                    postmaster.destroyForcibly();
                    postmaster
                            .onExit()
                            .orTimeout(10, java.util.concurrent.TimeUnit.SECONDS)
                            .join();
                });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
