package io.matriarch.selftest;

import static io.matriarch.selftest.Check.expect;
import static io.matriarch.selftest.Check.local;

import io.matriarch.archive.codec.Codec;
import io.matriarch.archive.codec.CodecException;
import io.matriarch.archive.codec.Compression;
import io.matriarch.archive.codec.Sha256;
import io.matriarch.guard.Signals;
import io.matriarch.value.Json;
import io.matriarch.value.Yaml;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What needs no server. */
final class LocalChecks {
    private static final String DOCUMENT = "{\"ttl\":30,\"tags\":{\"nofailover\":true},\"names\":[\"a\",\"\\u00e4\"]}";

    private LocalChecks() {}

    static List<Check> all() {
        return List.of(
                local("json", () -> expect(DOCUMENT, Json.compact(Json.parse(DOCUMENT)))),
                local("yaml", () -> expect(Json.parse(DOCUMENT), Yaml.parse(DOCUMENT))),
                local("child-process", LocalChecks::childProcess),
                local("signals", LocalChecks::signals),
                local("dns", LocalChecks::dns),
                local(
                        "time-zone",
                        () -> expect(
                                false, ZoneId.of("Europe/Berlin").getRules().isFixedOffset())),
                local("micrometer", LocalChecks::micrometer),
                local("sha256", LocalChecks::sha256),
                local("zstd", LocalChecks::zstd));
    }

    private static Optional<String> childProcess() throws IOException, InterruptedException {
        Process child = new ProcessBuilder("sh", "-c", "read -r code; exit $code").start();
        child.outputWriter().append("42\n").close();
        if (!child.waitFor(10, TimeUnit.SECONDS)) {
            child.destroyForcibly();
            return Optional.of("the child doesn't end");
        }
        return expect(42, child.exitValue());
    }

    private static Optional<String> signals() throws IOException, InterruptedException {
        CountDownLatch came = new CountDownLatch(1);
        Signals.handle("USR2", came::countDown);
        String pid = Long.toString(ProcessHandle.current().pid());
        new ProcessBuilder("sh", "-c", "kill -USR2 " + pid).start();
        return came.await(10, TimeUnit.SECONDS) ? Optional.empty() : Optional.of("the signal never came");
    }

    private static Optional<String> dns() throws IOException {
        InetAddress address = InetAddress.getByName("localhost");
        return expect(true, address.isLoopbackAddress());
    }

    @SuppressWarnings("deprecation") // it is the one that Quarkus brings
    private static Optional<String> micrometer() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.counter("tries", "kind", "self-test").increment();
        return expect(true, registry.scrape().contains("tries_total{kind=\"self-test\",} 1.0"));
    }

    /** In the executable libcrypto's, most likely: it must be Java's. */
    private static Optional<String> sha256() throws NoSuchAlgorithmException {
        byte[] content = someContent();
        String java =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        return expect(java, Sha256.digits(content));
    }

    /** In the executable libzstd's, most likely; of several frames. */
    private static Optional<String> zstd() throws CodecException {
        Codec codec = new Codec(Compression.ZSTD, Optional.empty());
        byte[] content = someContent();
        byte[] stored = codec.encodeAtOnce(content);
        boolean same = Arrays.equals(content, codec.decode("content" + codec.suffix(), stored));
        return expect(true, same && stored.length < content.length);
    }

    private static byte[] someContent() {
        byte[] content = new byte[5_000_000];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (((long) i * i) >>> 8);
        }
        return content;
    }
}
