package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** One node with all that the sections restapi and log have, asked by curl; its PostgreSQL matters little, so it may still be starting. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RestAndLogIT {
    private static final String SECRET = "geheim9";

    @TempDir
    private static Path made;

    private static SharedEtcd etcd;
    private static Loner loner;
    private static Certificates certificates;
    private static Path logFolder;
    private static Path log;

    @BeforeAll
    static void start() throws Exception {
        etcd = new SharedEtcd();
        certificates = Certificates.in(made);
        loner = new Loner(etcd, "tls", "node");
        Path folder = Files.createDirectories(loner.data().getParent());
        Path key = encrypted(certificates.server().key(), folder.resolve("rest.key"));
        Path certificate = Files.copy(certificates.server().certificate(), folder.resolve("rest.pem"));
        Path authority = Files.copy(certificates.server().authority(), folder.resolve("ca.pem"));
        logFolder = Files.createDirectories(folder.resolve("log"));
        log = logFolder.resolve("patroni.log");
        for (Path file : List.of(key, certificate, authority, logFolder)) {
            Programs.giveToPostgres(file);
        }
        loner.with("restapi:\n", """
                restapi:
                  certfile: %s
                  keyfile: %s
                  keyfile_password: %s
                  cafile: %s
                  verify_client: optional
                  ciphers: ECDHE-RSA-AES128-GCM-SHA256
                  server_tokens: ProductOnly
                  http_extra_headers: {X-One: a}
                  https_extra_headers: {X-Two: b}
                  allowlist: [127.0.0.0/30]
                """.formatted(certificate, key, SECRET, authority))
                .rewritten(text -> text + """
                        log:
                          level: debug
                          type: json
                          format: [message, {levelname: severity}, name]
                          static_fields: {app: db}
                          dir: %s
                          mode: 0640
                          loggers: {patroni.api: debug}
                        """.formatted(logFolder))
                .start();
        LocalCluster.await("an answer", 40, () -> curl(List.of("/liveness")).contains("HTTP/1.1 200"));
    }

    @AfterAll
    static void stop() {
        loner.close();
        etcd.close();
    }

    private static Path encrypted(Path key, Path target) throws IOException, InterruptedException {
        String password = "pass:" + SECRET;
        Programs.must(
                "openssl", "pkey", "-in", key.toString(), "-aes256", "-passout", password, "-out", target.toString());
        return target;
    }

    private static String curl(List<String> arguments) {
        return curl(loner, arguments);
    }

    private static String curl(Loner asked, List<String> arguments) {
        return curl(asked.rest(), arguments);
    }

    /** Headers and body. */
    private static String curl(Rest asked, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                "curl",
                "-s",
                "-i",
                "--max-time",
                "5",
                "--cacert",
                certificates.server().authority().toString()));
        command.addAll(arguments.subList(0, arguments.size() - 1));
        command.add("https://127.0.0.1:" + asked.port() + arguments.getLast());
        try {
            Programs.Result result = Programs.run(command, Map.of());
            return result.code() == 0 ? result.output() : "curl ended with " + result.code();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static List<String> certificateAnd(String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "--cert",
                certificates.client().certificate().toString(),
                "--key",
                certificates.client().key().toString()));
        all.addAll(List.of(arguments));
        return all;
    }

    @Test
    void headersCiphersAndClientsCertificates() {
        assertThat(curl(List.of("/patroni")))
                .containsIgnoringCase("\r\nserver: Patroni\r\n")
                .containsIgnoringCase("\r\nx-one: a\r\n")
                .containsIgnoringCase("\r\nx-two: b\r\n");
        String tls12 = "--tls-max";
        assertThat(curl(List.of(tls12, "1.2", "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256", "/liveness")))
                .contains(" 200 ");
        assertThat(curl(List.of(tls12, "1.2", "--ciphers", "ECDHE-RSA-AES256-GCM-SHA384", "/liveness")))
                .isEqualTo("curl ended with 35");
        assertThat(curl(List.of("-X", "POST", "/reload"))).contains(" 403 ", "client certificate required");
        assertThat(curl(certificateAnd("-X", "POST", "/reload"))).contains(" 202 ");
        assertThat(curl(List.of("--interface", "127.0.0.9", "-X", "POST", "/reload")))
                .contains(" 403 ", "Access is denied");
    }

    /** patronictl proves itself by a certificate whose key is encrypted. */
    @Test
    void clientsWithoutCertificateAreCutOffAndMembersAreAllowed() throws Exception {
        try (Loner strict = new Loner(etcd, "strict", "node")) {
            Path folder = strict.data().resolveSibling("tls");
            Certificates.Files server = certificates.server().copiedTo(folder.resolve("server"));
            Certificates.Files client = certificates.client().copiedTo(folder.resolve("client"));
            strict.with("restapi:\n", """
                    restapi:
                      certfile: %s
                      keyfile: %s
                      cafile: %s
                      verify_client: required
                      server_tokens: Minimal
                      request_queue_size: 7
                      allowlist: [127.0.0.9]
                      allowlist_include_members: true
                    """.formatted(server.certificate(), server.key(), server.authority()))
                    .start();
            LocalCluster.await(
                    "the member is known",
                    40,
                    () -> curl(strict, certificateAnd("/cluster")).contains("\"name\": \"node\""));
            assertThat(curl(strict, List.of("/liveness"))).startsWith("curl ended with ");
            assertThat(curl(strict, certificateAnd("/patroni"))).containsPattern("(?i)\r\nserver: Patroni/[0-9.]+\r\n");
            String reload = "/reload";
            assertThat(curl(strict, certificateAnd("-X", "POST", reload))).contains(" 202 ");
            assertThat(curl(strict, certificateAnd("--interface", "127.0.0.9", "-X", "POST", reload)))
                    .contains(" 202 ");
            assertThat(curl(strict, certificateAnd("--interface", "127.0.0.8", "-X", "POST", reload)))
                    .contains(" 403 ", "Access is denied");
            Path clientKey = encrypted(client.key(), folder.resolve("client.key"));
            Programs.giveToPostgres(clientKey);
            strict.rewritten(text -> text + """
                    ctl:
                      cacert: %s
                      certfile: %s
                      keyfile: %s
                      keyfile_password: %s
                    """.formatted(client.authority(), client.certificate(), clientKey, SECRET));
            ServerProcess.Ended ended = ServerProcess.run(
                    etcd.home(),
                    20,
                    etcd.program().ctl(strict.node().configuration(), "reload", "strict", "node", "--force"));
            assertThat(ended.output()).contains("Reload request received for member node");
            assertThat(ended.code()).isZero();
            theSocketIsOpenedAnew(strict);
        }
    }

    /** First the way that can't be gone, then to another port without TLS, where the request itself still gets its answer, and by a signal back to TLS on that port. */
    private static void theSocketIsOpenedAnew(Loner strict) throws Exception {
        String before = strict.configuration();
        String port = Integer.toString(strict.rest().port());
        List<String> reload = certificateAnd("--interface", "127.0.0.9", "-X", "POST", "/reload");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            strict.rewritten(text -> text.replace("127.0.0.1:" + port, "127.0.0.1:" + taken.getLocalPort()));
            assertThat(curl(strict, reload)).contains(" 202 ");
            strict.awaitLog("restapi.listen: 127.0.0.1:" + taken.getLocalPort() + " can't be listened on");
            assertThat(curl(strict, certificateAnd("/cluster"))).contains(":" + port + "/patroni");
        }
        Rest other = new Rest(etcd.ports().next());
        strict.rewritten(_ -> before.replace("127.0.0.1:" + port, "127.0.0.1:" + other.port())
                .replaceAll("(certfile|keyfile|cafile|verify_client): ", "#"));
        assertThat(curl(strict, reload)).contains(" 202 ");
        LocalCluster.await("an answer at the new port", 20, () -> other.says200("/liveness"));
        LocalCluster.await(
                "others are told",
                20,
                () -> other.get("/cluster").body().contains("\"http://127.0.0.1:" + other.port() + "/patroni\""));
        assertThat(curl(strict, certificateAnd("/liveness"))).isEqualTo("curl ended with 7");
        strict.rewritten(_ -> before.replace("127.0.0.1:" + port, "127.0.0.1:" + other.port()));
        ServerProcess.signal("HUP", strict.process().pid());
        LocalCluster.await(
                "TLS at the new port",
                20,
                () -> curl(other, certificateAnd("/cluster"))
                        .contains("https://127.0.0.1:" + other.port() + "/patroni"));
    }

    @Test
    void theLogAndWhatAReloadChangesInIt() throws Exception {
        LocalCluster.await("the log is a file", 20, () -> Files.exists(log));
        for (String line : Files.readAllLines(log)) {
            Mapping fields = (Mapping) Json.parse(line);
            assertThat(fields.entries().keySet()).containsExactly("message", "severity", "name", "app");
            // whoever debugs sees the agent's lines, not those of the libraries that it uses
            assertThat(fields.text("name").orElse("")).startsWith("patroni");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
                .isEqualTo("rw-r-----");
        Path other = log.resolveSibling("other");
        Files.createDirectory(other);
        Programs.giveToPostgres(other);
        loner.rewritten(text -> text.replace("type: json", "type: plain")
                .replace("format: [message, {levelname: severity}, name]", "format: '<%(levelname)s> %(message)s'")
                .replace("dir: " + logFolder, "dir: " + other)
                .replace("mode: 0640", "mode: 0600"));
        ServerProcess.signal("HUP", loner.process().pid());
        Path now = other.resolve("patroni.log");
        LocalCluster.await("the log in its new place", 20, () -> contains(now, "<INFO> configuration reloaded"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(now)))
                .isEqualTo("rw-------");
        assertThat(contains(now, SECRET)).isFalse();
    }

    /** Key by key as Patroni's, but for the comments and what only one of them knows. */
    @Test
    @DisabledIfSystemProperty(
            named = "matriarch.agent",
            matches = "jvm",
            disabledReason = "it is the guard's command line")
    void aConfigurationOfTheRunningServerIsPatronis() throws Exception {
        LocalCluster.await("PostgreSQL runs", 40, () -> loner.node().isPromoted());
        String dsn = "host=127.0.0.1 port=" + loner.node().databasePort() + " user=postgres dbname=postgres password='"
                + Templates.PASSWORD.replace("'", "\\'") + "'";
        Mapping theirs = withoutDefaults(generated(List.of("/usr/bin/patroni", "--generate-config", "--dsn", dsn)));
        List<String> own = new ArrayList<>(etcd.daemon());
        own.addAll(List.of("--generate-config", "--dsn", dsn));
        assertThat(generated(own)).isEqualTo(theirs);
        assertThat(theirs.mapping("postgresql").items("pg_hba")).isNotEmpty();
    }

    @Test
    @DisabledIfSystemProperty(
            named = "matriarch.agent",
            matches = "jvm",
            disabledReason = "it is the guard's command line")
    void aSampleIsPatronis() throws Exception {
        List<String> own = new ArrayList<>(etcd.daemon());
        own.add("--generate-sample-config");
        String path = "PATH=" + Templates.POSTGRES_BIN + ":/usr/bin:/bin";
        Mapping theirs = generated(List.of("/usr/bin/env", path, "/usr/bin/patroni", "--generate-sample-config"));
        assertThat(generated(own)).isEqualTo(theirs);
        assertThat(theirs.text("scope")).contains("#FIXME");
    }

    /** Patroni writes down what its libpq would do anyhow, which depends on its version. */
    private static Mapping withoutDefaults(Mapping generated) {
        Mapping postgresql = generated.mapping("postgresql");
        Mapping authentication = postgresql.mapping("authentication");
        Mapping superuser = authentication.mapping("superuser");
        for (String keyword : List.of("channel_binding", "gssencmode", "sslmode", "sslnegotiation")) {
            superuser = superuser.without(keyword);
        }
        return generated.with(
                "postgresql", postgresql.with("authentication", authentication.with("superuser", superuser)));
    }

    private static Mapping generated(List<String> command) {
        ServerProcess.Ended ended = ServerProcess.run(etcd.home(), 20, command);
        assertThat(ended.code()).as(ended.output()).isZero();
        return (Mapping) Yaml.parse(ended.output());
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.exists(file) && Files.readString(file).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
