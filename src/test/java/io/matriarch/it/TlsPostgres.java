package io.matriarch.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A PostgreSQL that lets the user {@code tester} in by a SCRAM password over TLS, and by nothing else. */
record TlsPostgres(Path data, int port) {
    private static final Path PROGRAMS = Path.of("/usr/lib/postgresql/15/bin");

    static TlsPostgres start(Path directory, Certificates certificates, String password)
            throws IOException, InterruptedException {
        Path data = directory.resolve("data");
        Path passwordFile = Files.writeString(directory.resolve("password"), password);
        Path certificate = Files.copy(certificates.server().certificate(), directory.resolve("server.pem"));
        Path key = Files.copy(
                certificates.server().key(), directory.resolve("server.key"), StandardCopyOption.COPY_ATTRIBUTES);
        Programs.must("chmod", "600", key.toString());
        Programs.giveToPostgres(directory);
        Programs.mustAsPostgres(
                PROGRAMS.resolve("initdb").toString(),
                "-D",
                data.toString(),
                "-U",
                "tester",
                "-E",
                "UTF8",
                "--auth=scram-sha-256",
                "--pwfile=" + passwordFile,
                "--no-sync");
        int port = Programs.freePort();
        Files.write(
                data.resolve("postgresql.conf"),
                List.of(
                        "listen_addresses = 'localhost'",
                        "port = " + port,
                        "unix_socket_directories = '" + directory + "'",
                        "ssl = on",
                        "ssl_cert_file = '" + certificate + "'",
                        "ssl_key_file = '" + key + "'"),
                StandardOpenOption.APPEND);
        Files.write(data.resolve("pg_hba.conf"), List.of("hostssl all all all scram-sha-256"));
        Programs.mustAsPostgres(
                PROGRAMS.resolve("pg_ctl").toString(),
                "start",
                "-w",
                "-D",
                data.toString(),
                "-l",
                directory.resolve("log").toString());
        return new TlsPostgres(data, port);
    }

    void stop() throws IOException, InterruptedException {
        Programs.mustAsPostgres(
                PROGRAMS.resolve("pg_ctl").toString(), "stop", "-w", "-m", "immediate", "-D", data.toString());
    }
}
