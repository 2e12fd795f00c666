package io.matriarch.agent;

import io.matriarch.cluster.JobReport;
import io.matriarch.config.Configuration;
import io.matriarch.config.NotifySettings;
import io.matriarch.config.TlsFiles;
import io.matriarch.tls.RequestTarget;
import io.matriarch.tls.TlsMaterial;
import io.matriarch.tls.TlsProblem;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Tells people of jobs that failed or were missed, by a command and a webhook; each is tried three times. */
final class Notifier {
    private static final Logger LOG = Logger.getLogger(Notifier.class);
    private static final int TRIES = 3;
    private static final Duration BETWEEN = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final Supplier<Configuration> configuration;

    Notifier(Vertx vertx, Supplier<Configuration> configuration) {
        this.vertx = vertx;
        this.configuration = configuration;
    }

    /** Returns at once. */
    void tell(JobReport report) {
        NotifySettings settings = NotifySettings.of(configuration.get());
        Mapping message = Mapping.empty().with("scope", configuration.get().scope());
        for (var entry : report.toJson().entries().entrySet()) {
            message = message.with(entry.getKey(), entry.getValue());
        }
        String text = Json.compact(message);
        if (!settings.command().isEmpty()) {
            insist("backup.notify.command", () -> call(settings.command(), report, text));
        }
        settings.webhook().ifPresent(uri -> insist("backup.notify.webhook", () -> post(uri, settings, text)));
    }

    /** A way to tell somebody; returns what went wrong. */
    private interface Way {
        Optional<String> go() throws InterruptedException;
    }

    private static void insist(String name, Way way) {
        Thread.ofPlatform().daemon().name("notification").start(() -> {
            try {
                Optional<String> problem = way.go();
                for (int tried = 1; tried < TRIES && problem.isPresent(); tried++) {
                    Thread.sleep(BETWEEN);
                    problem = way.go();
                }
                problem.ifPresent(text -> LOG.errorf("%s: nobody was told: %s", name, text));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** The arguments are the job, how it ended, and the cluster; the report is on standard input. */
    private Optional<String> call(List<String> program, JobReport report, String text) throws InterruptedException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(
                report.kind().word(),
                report.outcome().word(),
                configuration.get().scope()));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("PATRONI_"));
        try {
            Process process = builder.start();
            try (OutputStream input = process.getOutputStream()) {
                input.write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException notRead) {
                // it needn't read it
            }
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of(program.getFirst() + " took longer than " + PATIENCE.toSeconds() + " s");
            }
            return process.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of(program.getFirst() + " ended with exit code " + process.exitValue());
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** The address may hold a token, so that no error shows more of it than the host. */
    private Optional<String> post(URI uri, NotifySettings settings, String text) throws InterruptedException {
        HttpClient http;
        try {
            http = vertx.createHttpClient(options(uri, settings));
        } catch (TlsProblem problem) {
            return Optional.of(problem.text());
        }
        try {
            int status = http.request(RequestTarget.of(uri.toString())
                            .setMethod(HttpMethod.POST)
                            .setTimeout(PATIENCE.toMillis()))
                    .compose(request -> {
                        request.exceptionHandler(_ -> {});
                        return request.putHeader("Content-Type", "application/json")
                                .send(text);
                    })
                    .map(io.vertx.core.http.HttpClientResponse::statusCode)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return status / 100 == 2
                    ? Optional.empty()
                    : Optional.of(uri.getHost() + " answers with the status " + status);
        } catch (ExecutionException | TimeoutException e) {
            return Optional.of(uri.getHost() + " can't be reached or doesn't answer");
        } finally {
            http.close();
        }
    }

    private static HttpClientOptions options(URI uri, NotifySettings settings) throws TlsProblem {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) PATIENCE.toMillis())
                .setKeepAlive(false)
                .setSsl("https".equals(uri.getScheme()));
        if (settings.authority().isPresent()) {
            TlsFiles files = TlsFiles.trusting(settings.authority().get());
            options.setTrustOptions(TrustOptions.wrap(TlsMaterial.of(files).trusted()));
        }
        return options;
    }
}
