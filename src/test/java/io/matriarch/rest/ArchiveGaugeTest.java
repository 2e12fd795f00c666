package io.matriarch.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.agent.AgentAccess;
import io.matriarch.archive.ArchiveQueue.Failing;
import io.matriarch.cluster.ArchiveFailure;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without a spool it's PostgreSQL that says whether archiving fails. */
final class ArchiveGaugeTest {
    private static final String WAL = "00000001000000000000000A";
    private static final ArchiveFailure FAILURE = new ArchiveFailure(WAL, Instant.parse("2026-11-27T12:00:00.123Z"));

    @TempDir
    private Path data;

    private Path status;
    private final CompletableFuture<Optional<ArchiveFailure>> answer = new CompletableFuture<>();

    @BeforeEach
    void directory() throws IOException {
        status = Files.createDirectories(data.resolve("pg_wal/archive_status"));
    }

    private ArchiveGauge gauge() {
        AgentAccess access = new AgentAccess();
        access.publish(new OneLook(Looks.primary().snapshot(), Looks.configuration(data, ""), answer));
        return new ArchiveGauge(access);
    }

    private void aFileWaits() throws IOException {
        Files.createFile(status.resolve(WAL + ".ready"));
    }

    @Test
    void restWaitsForWhatPostgresSays() throws IOException {
        aFileWaits();
        answer.completeAsync(
                () -> Optional.of(FAILURE),
                CompletableFuture.delayedExecutor(Duration.ofMillis(200).toMillis(), TimeUnit.MILLISECONDS));
        Mapping document = (Mapping) gauge().document();
        assertThat(document.text("waiting")).hasValue("1");
        assertThat(document.text("failing")).hasValue(WAL);
        assertThat(document.text("error"))
                .hasValue("PostgreSQL couldn't archive it, last tried at 2026-11-27T12:00:00Z: its log says why");
    }

    @Test
    void metricsDoNotWait() throws IOException {
        aFileWaits();
        ArchiveGauge gauge = gauge();
        assertThat(gauge.queue().orElseThrow().failing()).isEmpty();
        answer.complete(Optional.of(FAILURE));
        assertThat(gauge.queue().orElseThrow().failing().map(Failing::file)).hasValue(WAL);
    }

    @Test
    void nothingFailsIfPostgresHasArchivedSince() throws IOException {
        aFileWaits();
        answer.complete(Optional.empty());
        assertThat(((Mapping) gauge().document()).text("failing")).isEmpty();
    }

    /** The question would never be answered. */
    @Test
    void postgresIsNotAskedWhenNothingWaits() {
        Mapping document = (Mapping) gauge().document();
        assertThat(document.text("waiting")).hasValue("0");
        assertThat(document.text("failing")).isEmpty();
    }
}
