package io.matriarch.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** An etcd that answers on one port without TLS and on another one to clients with a certificate. */
record TlsEtcd(Process process, int plainPort, int tlsPort) implements AutoCloseable {

    static TlsEtcd start(Path directory, Certificates certificates) throws IOException {
        int plain = Programs.freePort();
        int tls = Programs.freePort();
        String clients = "http://127.0.0.1:" + plain + ",https://127.0.0.1:" + tls;
        String peers = "http://127.0.0.1:" + Programs.freePort();
        List<String> command = List.of(
                "etcd",
                "--name",
                "one",
                "--data-dir",
                directory.toString(),
                "--listen-client-urls",
                clients,
                "--advertise-client-urls",
                clients,
                "--listen-peer-urls",
                peers,
                "--initial-advertise-peer-urls",
                peers,
                "--initial-cluster",
                "one=" + peers,
                "--cert-file",
                certificates.server().certificate().toString(),
                "--key-file",
                certificates.server().key().toString(),
                "--trusted-ca-file",
                certificates.server().authority().toString(),
                "--client-cert-auth");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolveSibling("etcd.log").toFile())
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> listens(plain) && listens(tls));
        return new TlsEtcd(process, plain, tls);
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
