package io.matriarch.rest;

import io.matriarch.agent.AgentAccess;
import io.matriarch.agent.Commands;
import io.matriarch.archive.ArchiveQueue;
import io.matriarch.cluster.ArchiveFailure;
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
import java.util.concurrent.CompletableFuture;

/** What PostgreSQL has to archive yet, looked at when somebody asks, at most every few seconds. */
@Singleton
final class ArchiveGauge {
    private static final Duration FRESH = Duration.ofSeconds(3);

    private final AgentAccess agent;
    private Optional<ArchiveQueue> known = Optional.empty();
    private Optional<ArchiveFailure> answered = Optional.empty();
    private CompletableFuture<Optional<ArchiveFailure>> asked = CompletableFuture.completedFuture(Optional.empty());
    private long lookedAt;
    private boolean looked;

    @Inject
    ArchiveGauge(AgentAccess agent) {
        this.agent = agent;
    }

    /**
     * Absent when it can't be read, or there is no data directory. Never waits for PostgreSQL: as long as that hasn't answered whether archiving fails, it's what it said
     * the last time.
     */
    synchronized Optional<ArchiveQueue> queue() {
        if (!looked || System.nanoTime() - lookedAt > FRESH.toNanos()) {
            Optional<Commands> commands = agent.commands();
            known = commands.map(Commands::configuration).flatMap(ArchiveGauge::read);
            commands.ifPresent(this::ask);
            lookedAt = System.nanoTime();
            looked = true;
        }
        return known.map(queue -> queue.with(asked.getNow(answered)));
    }

    /** Only when files wait and the spool doesn't say what fails. */
    private void ask(Commands commands) {
        boolean open = known.filter(
                        queue -> queue.count() > 0 && queue.failing().isEmpty())
                .isPresent();
        answered = open ? asked.getNow(answered) : Optional.empty();
        asked = open ? commands.archiveFailure() : CompletableFuture.completedFuture(Optional.empty());
    }

    /** The same with PostgreSQL's answer to this question, which is waited for. */
    private Optional<ArchiveQueue> answeredQueue() {
        queue();
        question().join();
        return queue();
    }

    private synchronized CompletableFuture<Optional<ArchiveFailure>> question() {
        return asked;
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

    /** As in REST; null when nothing is known. Waits for PostgreSQL, but not for long. */
    Value document() {
        return answeredQueue()
                .<Value>map(queue -> Mapping.empty()
                        .with("waiting", Value.of(queue.count()))
                        .with(
                                "oldest_seconds",
                                new Value.Decimal(BigDecimal.valueOf(age(queue).toMillis(), 3)))
                        .with("failing", queue.failing().map(failing -> Value.of(failing.file())))
                        .with("error", queue.failing().map(failing -> Value.of(failing.error()))))
                .orElse(new Value.Null());
    }
}
