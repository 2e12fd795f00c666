package io.matriarch.selftest;

import static io.matriarch.selftest.Check.expect;
import static io.matriarch.selftest.Check.local;

import io.matriarch.guard.Signals;
import io.matriarch.value.Json;
import io.matriarch.value.Yaml;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.time.ZoneId;
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
                local("micrometer", LocalChecks::micrometer));
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
}
