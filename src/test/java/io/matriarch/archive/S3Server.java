package io.matriarch.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real server of S3 on loopback, with one bucket, that checks signatures; its objects are files. */
public final class S3Server implements AutoCloseable {
    public static final String BUCKET = "herd";
    public static final String ACCESS_KEY = "matriarch-access";
    public static final String SECRET_KEY = "matriarch-secret";

    private static final Path JAR = Path.of("target", "s3proxy.jar");

    private final Path directory;
    private final int port;
    private final int securePort;
    private final Process process;

    private S3Server(Path directory, int port, int securePort, Process process) {
        this.directory = directory;
        this.port = port;
        this.securePort = securePort;
        this.process = process;
    }

    /** @param directory empty, for its files */
    public static S3Server start(Path directory) throws IOException, InterruptedException {
        int port = freePort();
        int securePort = freePort();
        Files.createDirectories(directory.resolve("objects").resolve(BUCKET));
        certificate(directory);
        Path properties = Files.writeString(directory.resolve("s3proxy.properties"), """
                s3proxy.endpoint=http://127.0.0.1:%d
                s3proxy.secure-endpoint=https://127.0.0.1:%d
                s3proxy.keystore-path=%s
                s3proxy.keystore-password=password
                s3proxy.authorization=aws-v2-or-v4
                s3proxy.identity=%s
                s3proxy.credential=%s
                jclouds.provider=filesystem-nio2
                jclouds.identity=unused
                jclouds.credential=unused
                jclouds.filesystem.basedir=%s
                """.formatted(
                port, securePort, directory.resolve("keys.p12"), ACCESS_KEY, SECRET_KEY, directory.resolve("objects")));
        Process process = new ProcessBuilder(
                        java("java"),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        JAR.toString(),
                        "--properties",
                        properties.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("s3proxy.log").toFile())
                .start();
        S3Server server = new S3Server(directory, port, securePort, process);
        Awaitility.await().atMost(60, TimeUnit.SECONDS).ignoreExceptions().until(() -> {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port);
                    Socket _ = new Socket(InetAddress.getLoopbackAddress(), securePort)) {
                return true;
            }
        });
        return server;
    }

    public String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    public String secureEndpoint() {
        return "https://127.0.0.1:" + securePort;
    }

    /** The certificate of {@link #secureEndpoint}, which signed itself. */
    public Path certificate() {
        return directory.resolve("server.pem");
    }

    /** Where the bucket's objects are files of their names. */
    public Path objects() {
        return directory.resolve("objects").resolve(BUCKET);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static void certificate(Path directory) throws IOException, InterruptedException {
        run(
                directory,
                java("keytool"),
                "-genkeypair",
                "-alias",
                "s3",
                "-keyalg",
                "EC",
                "-dname",
                "CN=s3",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-keystore",
                "keys.p12",
                "-storetype",
                "PKCS12",
                "-storepass",
                "password");
        run(
                directory,
                java("keytool"),
                "-exportcert",
                "-rfc",
                "-alias",
                "s3",
                "-keystore",
                "keys.p12",
                "-storepass",
                "password",
                "-file",
                "server.pem");
    }

    private static void run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(command))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("command.log").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(() -> String.join(" ", command)).isZero();
    }

    private static String java(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
