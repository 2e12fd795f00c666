package io.matriarch.rest;

import io.matriarch.agent.AgentAccess;
import io.matriarch.agent.Commands;
import io.matriarch.archive.ArchiveQueue;
import io.matriarch.config.Configuration;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What PostgreSQL has to archive yet, looked at when somebody asks, at most every few seconds. */
@Singleton
final class ArchiveGauge {
    private static final Duration FRESH = Duration.ofSeconds(3);

    private final AgentAccess agent;
    private Optional<ArchiveQueue> known = Optional.empty();
    private long lookedAt;
    private boolean looked;

    @Inject
    ArchiveGauge(AgentAccess agent) {
        this.agent = agent;
    }

    /** Absent when it can't be read, or there is no data directory. */
    synchronized Optional<ArchiveQueue> queue() {
        if (!looked || System.nanoTime() - lookedAt > FRESH.toNanos()) {
            known = agent.commands().map(Commands::configuration).flatMap(ArchiveGauge::read);
            lookedAt = System.nanoTime();
            looked = true;
        }
        return known;
    }

    private static Optional<ArchiveQueue> read(Configuration configuration) {
        Path data = configuration.postgresql().dataDirectory();
        try {
            return Files.isDirectory(data.resolve("pg_wal").resolve("archive_status"))
                    ? Optional.of(ArchiveQueue.read(data, configuration.backup().spool()))
                    : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    static Duration age(ArchiveQueue queue) {
        return queue.oldest()
                .map(since -> Duration.between(since, Instant.now()))
                .filter(age -> !age.isNegative())
                .orElse(Duration.ZERO);
    }

    /** As in REST; null when nothing is known. */
    Value document() {
        return queue().<Value>map(queue -> Mapping.empty()
                        .with("waiting", Value.of(queue.count()))
                        .with(
                                "oldest_seconds",
                                new Value.Decimal(BigDecimal.valueOf(age(queue).toMillis(), 3)))
                        .with("failing", queue.failing().map(failing -> Value.of(failing.file())))
                        .with("error", queue.failing().map(failing -> Value.of(failing.error()))))
                .orElse(new Value.Null());
    }
}
