package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.archive.S3Server;
import io.matriarch.it.AgentProgram.Program;
import io.matriarch.it.ServerProcess.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The executable and a real server of S3: over TLS with an authority of its own, and over plain HTTP; the keys are in files; everything is encrypted before it leaves. */
@Timeout(value = 5, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = java.util.concurrent.TimeUnit.MINUTES)
@DisabledIfSystemProperty(named = "matriarch.agent", matches = "patroni", disabledReason = "Patroni makes no backups")
final class S3IT {
    private static final int PATIENCE = 120;

    private final Path home = LocalCluster.newFolder();
    private final Program program = AgentProgram.chosen().placeIn(home.resolve("bin"));
    private final Path data = home.resolve("data");
    private final Path configuration = home.resolve("node.yml");
    private final int port = Programs.freePort();

    @TempDir
    Path place;

    @AfterEach
    void stop() {
        postgres("pg_ctl", "stop", "-m", "immediate", "-D", data.toString());
        LocalCluster.delete(home);
    }

    @Test
    void whatGoesToABucketComesBack() throws Exception {
        try (S3Server server = S3Server.start(place)) {
            configure(server);
            startServer();
            sql("postgres", "CREATE TABLE herd AS SELECT generate_series(1, 1000) AS elephant");
            for (String repository : List.of("tls", "http")) {
                backsUp(repository);
            }
            sql("postgres", "INSERT INTO herd VALUES (1001)");
            archiveAll();
            for (String repository : List.of("tls", "http")) {
                restores(repository);
            }
            everythingIsEncrypted(server);
            whatIsNotTrustedGetsNothing();
        }
    }

    private void backsUp(String repository) {
        must("backup", "create", "--label", "first", "--repository", repository);
        assertThat(must("backup", "list", "-f", "json", "--repository", repository))
                .contains("\"Label\": \"first\"", "\"Restorable\": \"yes\"");
        assertThat(must("backup", "verify", "--repository", repository)).contains("checksums: ", "wal: ");
        must("dump", "create", "--label", "nightly", "--repository", repository);
        must("dump", "verify", "nightly", "--repository", repository);
        must("backup", "expire", "--keep-count", "1", "--repository", repository);
    }

    private void restores(String repository) throws IOException {
        Path target = home.resolve("restored-" + repository);
        List<String> words = new ArrayList<>(List.of("restore", target.toString(), "--repository", repository));
        if (AgentProgram.chosen() == AgentProgram.JVM) {
            words.addAll(List.of("--restore-command", wal("fetch", "--repository", repository, "%f", "%p")));
        }
        must(words.toArray(String[]::new));
        Path sockets = home.resolve("sockets-" + repository);
        LocalCluster.own(Files.createDirectory(sockets));
        String options = "-c archive_mode=off -c listen_addresses= -c unix_socket_directories=" + sockets;
        mustPostgres("pg_ctl", "start", "-w", "-D", target.toString(), "-l", target + ".log", "-o", options);
        try {
            LocalCluster.await(
                    "the recovery from " + repository,
                    60,
                    () -> sql(sockets, "postgres", "SELECT pg_is_in_recovery()").equals("f"));
            assertThat(sql(sockets, "postgres", "SELECT count(*) FROM herd")).isEqualTo("1001");
        } finally {
            mustPostgres("pg_ctl", "stop", "-w", "-m", "fast", "-D", target.toString());
        }
        String copy = "copy_" + repository;
        must(
                "dump",
                "restore",
                "nightly",
                "--repository",
                repository,
                "--database",
                "postgres",
                "--into",
                copy,
                "--create");
        assertThat(sql(copy, "SELECT count(*) FROM herd")).isEqualTo("1000");
    }

    private void everythingIsEncrypted(S3Server server) throws IOException {
        try (Stream<Path> files = Files.walk(server.objects())) {
            List<String> names = files.filter(Files::isRegularFile)
                    .map(file -> server.objects().relativize(file).toString())
                    .toList();
            for (String prefix : List.of("blue", "green")) {
                assertThat(names)
                        .anyMatch(name -> name.startsWith(prefix + "/wal/"))
                        .anyMatch(name -> name.startsWith(prefix + "/backup-parts/"))
                        .anyMatch(name -> name.startsWith(prefix + "/dump-parts/"));
            }
            assertThat(names.stream()
                            .filter(name -> name.contains("-parts/") || name.contains("/wal/"))
                            .filter(name -> !name.contains(".sha256")))
                    .allMatch(name -> name.endsWith(".enc"));
        }
    }

    private void whatIsNotTrustedGetsNothing() throws IOException {
        String trusting = Files.readString(configuration);
        LocalCluster.write(configuration, trusting.replaceAll("ca: [^,]*, ", ""));
        Ended untrusted = run("backup", "list", "--repository", "tls");
        assertThat(untrusted.code()).isEqualTo(1);
        assertThat(untrusted.output()).contains("TLS failed", "is 'ca' the authority");
        LocalCluster.write(configuration, trusting);
        LocalCluster.write(home.resolve("secret"), "not-the-secret\n");
        Ended wrong = run("backup", "list", "--repository", "http");
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.output()).contains("secret key is wrong").doesNotContain("not-the-secret");
    }

    private void configure(S3Server server) throws IOException {
        privately("access", S3Server.ACCESS_KEY);
        privately("secret", S3Server.SECRET_KEY);
        privately(
                "profiles",
                "[herd]\naws_access_key_id = " + S3Server.ACCESS_KEY + "\naws_secret_access_key = "
                        + S3Server.SECRET_KEY);
        privately("key", "7d".repeat(32));
        LocalCluster.write(home.resolve("ca.pem"), Files.readString(server.certificate()));
        LocalCluster.write(configuration, """
                scope: herd
                name: one
                restapi: {listen: '127.0.0.1:8008', connect_address: '127.0.0.1:8008'}
                etcd3: {host: '127.0.0.1:2379'}
                postgresql:
                  listen: 127.0.0.1:PORT
                  connect_address: 127.0.0.1:PORT
                  data_dir: HOME/data
                  bin_dir: BIN
                  authentication:
                    superuser: {username: postgres}
                    replication: {username: postgres}
                backup:
                  repositories:
                    tls: {type: s3, bucket: BUCKET, prefix: blue, endpoint: 'HTTPS', ca: HOME/ca.pem, credentials_file: HOME/profiles, profile: herd, encryption_key_files: [HOME/key]}
                    http: {type: s3, bucket: BUCKET, prefix: green, endpoint: 'HTTP', access_key_file: HOME/access, secret_key_file: HOME/secret, encryption_key_files: [HOME/key]}
                """.replace("PORT", Integer.toString(port))
                .replace("BUCKET", S3Server.BUCKET)
                .replace("HTTPS", server.secureEndpoint())
                .replace("HTTP", server.endpoint())
                .replace("BIN", Templates.POSTGRES_BIN.toString())
                .replace("HOME", home.toString()));
    }

    private void privately(String name, String content) throws IOException {
        Path file = home.resolve(name);
        LocalCluster.write(file, content + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private void startServer() throws IOException {
        mustPostgres("initdb", "-D", data.toString(), "-U", "postgres", "-A", "trust", "--no-sync", "--wal-segsize=1");
        Files.writeString(
                data.resolve("postgresql.conf"),
                """
                listen_addresses = '127.0.0.1'
                port = %d
                unix_socket_directories = '%s'
                fsync = off
                archive_mode = on
                archive_command = '%s'
                """.formatted(port, home, wal("push", "%p")),
                StandardOpenOption.APPEND);
        mustPostgres("pg_ctl", "start", "-w", "-t", "60", "-D", data.toString(), "-l", data + ".log");
    }

    private void archiveAll() {
        String segment = sql("postgres", "SELECT pg_walfile_name(pg_switch_wal())");
        LocalCluster.await(
                segment + " is archived",
                60,
                () -> sql("postgres", "SELECT last_archived_wal >= '" + segment + "' FROM pg_stat_archiver")
                        .equals("t"));
    }

    private String wal(String verb, String... arguments) {
        List<String> words = new ArrayList<>(program.tool("wal", verb, "--config", configuration.toString()));
        words.addAll(List.of(arguments));
        return String.join(" ", words);
    }

    private String sql(String database, String statement) {
        return sql(home, database, statement);
    }

    private String sql(Path socket, String database, String statement) {
        List<String> words = new ArrayList<>(List.of("-h", socket.toString(), "-p", Integer.toString(port)));
        words.addAll(List.of("-U", "postgres", "-XAtqc", statement, database));
        return mustPostgres("psql", words.toArray(String[]::new)).strip();
    }

    private Ended postgres(String name, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(Templates.POSTGRES_BIN.resolve(name).toString()));
        command.addAll(List.of(arguments));
        return ServerProcess.run(home, PATIENCE, command);
    }

    private String mustPostgres(String name, String... arguments) {
        Ended ended = postgres(name, arguments);
        assertThat(ended.code()).as("%s: %s", name, ended.output()).isZero();
        return ended.output();
    }

    private Ended run(String... arguments) {
        List<String> command = new ArrayList<>(program.tool(arguments));
        command.addAll(List.of("-c", configuration.toString()));
        return ServerProcess.run(home, PATIENCE, command);
    }

    private String must(String... arguments) {
        Ended ended = run(arguments);
        assertThat(ended.code())
                .as("%s: %s", List.of(arguments), ended.output())
                .isZero();
        assertThat(ended.output()).doesNotContain(S3Server.SECRET_KEY);
        return ended.output();
    }
}
