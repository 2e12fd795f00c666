package io.matriarch.postgres;

import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/**
 * One member with a real PostgreSQL below a folder of the test. PostgreSQL refuses to be root, so that as root its programs run in a user namespace where root
 * has another number.
 */
final class RealPostgres implements AutoCloseable {
    static final String SUPERUSER_PASSWORD = "it's a secret";
    private static final Path INSTALLED =
            Path.of(System.getProperty("matriarch.postgres.bin", "/usr/lib/postgresql/15/bin"));
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Duration SQL_PATIENCE = Duration.ofSeconds(3);

    private final Path folder;
    private final String name;
    private final int port;
    private final String bootstrap;
    private final String parameters;
    private final String postgresql;
    private LocalPostgres postgres;

    RealPostgres(Path folder, String name) {
        this(folder, name, "");
    }

    /** {@code bootstrap} is more of the bootstrap section, in YAML's flow style, with a comma before it. */
    RealPostgres(Path folder, String name, String bootstrap) {
        this(folder, name, bootstrap, "", "");
    }

    /** {@code parameters} and {@code postgresql} are more of these sections, likewise. */
    RealPostgres(Path folder, String name, String bootstrap, String parameters, String postgresql) {
        this.parameters = parameters;
        this.postgresql = postgresql;
        this.folder = folder.resolve(name);
        this.name = name;
        this.bootstrap = bootstrap;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
            Files.createDirectories(this.folder.resolve("bin"));
            try (var programs = Files.list(INSTALLED)) {
                for (Path program : programs.toList()) {
                    wrap(program.getFileName().toString(), "");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.postgres = new LocalPostgres(Ticker.system(), configuration());
    }

    /** From now on the program runs behind these lines of shell; they see its arguments. */
    void wrap(String program, String before) {
        Path wrapper = folder.resolve("bin").resolve(program);
        try {
            Files.writeString(wrapper, "#!/bin/bash\n" + before + "\nexec " + command(program) + " \"$@\"\n");
            Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The installed program, for a shell. */
    static String command(String program) {
        String namespace = "root".equals(System.getProperty("user.name"))
                ? "unshare --user --map-user=1000 --map-group=1000 -- "
                : "";
        return namespace + INSTALLED.resolve(program);
    }

    /** As after a kill -9 of the agent: a new one that remembers nothing. */
    void newAgent() {
        postgres = new LocalPostgres(Ticker.system(), configuration());
    }

    PostgresConfiguration configuration() {
        String yaml = """
                {scope: real, name: %s,
                 restapi: {listen: "127.0.0.1:8008", connect_address: "127.0.0.1:8008"},
                 etcd3: {host: "127.0.0.1:2379"},
                 bootstrap: {initdb: [{encoding: UTF8}, {locale: C.UTF-8}, data-checksums] %s},
                 postgresql: {listen: "127.0.0.1:%d", connect_address: "127.0.0.1:%d", data_dir: "%s", bin_dir: "%s", pgpass: "%s",
                   authentication: {superuser: {username: postgres, password: "%s"}, replication: {username: replicator, password: "a: 5%%b"}},
                   parameters: {unix_socket_directories: "%s", shared_buffers: 32MB, fsync: "off", wal_keep_size: 64MB %s},
                   pg_hba: ["host all all 127.0.0.1/32 scram-sha-256", "host replication replicator 127.0.0.1/32 scram-sha-256", "local all all scram-sha-256"] %s}}
                """.formatted(
                        name,
                        bootstrap,
                        port,
                        port,
                        data(),
                        folder.resolve("bin"),
                        folder.resolve("pgpass"),
                        SUPERUSER_PASSWORD,
                        folder,
                        parameters,
                        postgresql);
        Configuration loaded =
                switch (ConfigurationLoader.load(Optional.empty(), Map.of("PATRONI_CONFIGURATION", yaml))) {
                    case LoadResult.Loaded<Configuration> good -> good.configuration();
                    case LoadResult.Invalid<Configuration> invalid ->
                        throw new IllegalStateException(invalid.problems().toString());
                };
        return new PostgresConfiguration(loaded, new DynamicConfiguration(Mapping.empty(), 0));
    }

    /** For PostgreSQL's programs: as the replication user. */
    String localConnection() {
        return "host=127.0.0.1 port=" + port + " user=replicator password='a: 5%b' dbname=postgres";
    }

    int port() {
        return port;
    }

    Path folder() {
        return folder;
    }

    Path data() {
        return folder.resolve("data");
    }

    /** How another member, or this one, names this server. */
    Upstream as(String member) {
        return new Upstream(member, "postgres://127.0.0.1:" + port + "/postgres");
    }

    Upstream upstream() {
        return as(name);
    }

    LocalPostgres postgres() {
        return postgres;
    }

    ServerStatus look() {
        return postgres.observe(Deadline.after(SQL_PATIENCE));
    }

    DataDirectory dataDirectory() {
        return look().dataDirectory();
    }

    OperationResult carryOut(Operation operation) {
        postgres.begin(operation);
        await(operation.title(), () -> look().finished().isPresent());
        return look().finished().orElseThrow().result();
    }

    void succeeds(Operation operation) {
        OperationResult result = carryOut(operation);
        if (!(result instanceof OperationResult.Succeeded)) {
            throw new AssertionError(operation + " of " + name + ": " + result);
        }
    }

    void stop() {
        succeeds(new Operation.Stop(Operation.Stop.Mode.FAST, false, "test"));
    }

    void startAs(Operation.Start.As as, Optional<Upstream> upstream) {
        succeeds(new Operation.Start(as, upstream, "starting", Optional.empty()));
    }

    /** With a slot there; returns when it streams. */
    void follow(RealPostgres source) {
        source.await("an answer", () -> source.look().reading().isPresent());
        source.postgres.changeSlots(List.of(new SlotChange.CreatePhysical(name)), Deadline.after(SQL_PATIENCE));
        startAs(Operation.Start.As.REPLICA, Optional.of(source.upstream()));
        await(
                name + " streams",
                () -> look().reading()
                        .flatMap(ServerReading::replicationState)
                        .filter("streaming"::equals)
                        .isPresent());
    }

    void promote() {
        succeeds(new Operation.Promote());
        await(
                "the promotion",
                () -> look().reading().filter(now -> !now.inRecovery()).isPresent());
        succeeds(new Operation.CheckpointAfterPromotion());
    }

    void await(String what, BooleanSupplier condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(condition::getAsBoolean);
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    String ask(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** As the superuser. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", SUPERUSER_PASSWORD);
    }

    Optional<ProcessHandle> postmaster() {
        try {
            List<String> lines = Files.readAllLines(data().resolve("postmaster.pid"));
            return ProcessHandle.of(Long.parseLong(lines.getFirst().strip()));
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    /** Takes over a dynamic configuration, in YAML; it must succeed. */
    void reload(String dynamic) {
        DynamicConfiguration changed = new DynamicConfiguration((Mapping) Yaml.parse(dynamic), 1);
        PostgresConfiguration with = new PostgresConfiguration(configuration().local(), changed);
        Optional<String> problem = postgres.reload(with, Deadline.after(Duration.ofSeconds(5)));
        problem.ifPresent(what -> {
            throw new AssertionError(what);
        });
    }

    /** kill -9 of the postmaster. */
    void kill() {
        postmaster().ifPresent(process -> {
            process.destroyForcibly();
            process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        });
        await("the death of the postmaster", () -> Postmaster.of(data()).isEmpty());
    }

    @Override
    public void close() {
        if (Postmaster.of(data()).isPresent()) {
            kill();
        }
    }
}
