package io.matriarch.it;

import java.io.IOException;
import java.nio.file.Path;

/** An authority with a certificate for the server localhost and one for a client, made by openssl. */
record Certificates(Files server, Files client) {

    /** PEM files. */
    record Files(Path authority, Path certificate, Path key) {
        /** The same in {@code folder}, which is made, and PostgreSQL's user may read them. */
        Files copiedTo(Path folder) throws IOException, InterruptedException {
            java.nio.file.Files.createDirectories(folder);
            Files copies = new Files(
                    folder.resolve("ca.pem"), folder.resolve("certificate.pem"), folder.resolve("private.key"));
            java.nio.file.Files.copy(authority, copies.authority());
            java.nio.file.Files.copy(certificate, copies.certificate());
            java.nio.file.Files.copy(key, copies.key());
            Programs.giveToPostgres(folder);
            return copies;
        }
    }

    static Certificates in(Path directory) throws IOException, InterruptedException {
        Path authority = directory.resolve("ca.pem");
        Path authorityKey = directory.resolve("ca.key");
        Programs.must(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=authority",
                "-keyout",
                authorityKey.toString(),
                "-out",
                authority.toString());
        return new Certificates(
                signed(directory, "server", authority, authorityKey),
                signed(directory, "client", authority, authorityKey));
    }

    private static Files signed(Path directory, String name, Path authority, Path authorityKey)
            throws IOException, InterruptedException {
        Path certificate = directory.resolve(name + ".pem");
        Path key = directory.resolve(name + ".key");
        Programs.must(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-addext",
                "extendedKeyUsage=serverAuth,clientAuth",
                "-CA",
                authority.toString(),
                "-CAkey",
                authorityKey.toString(),
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        return new Files(authority, certificate, key);
    }
}
