package io.matriarch.it;

import java.io.IOException;
import java.nio.file.Path;

/** An authority with a certificate for the server localhost and one for a client, made by openssl. */
record Certificates(Files server, Files client) {

    /** PEM files. */
    record Files(Path authority, Path certificate, Path key) {}

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
