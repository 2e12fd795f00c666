package io.matriarch.rest;

import io.matriarch.agent.Commands;
import io.matriarch.agent.JobProgress;
import io.matriarch.agent.Snapshot;
import io.matriarch.cluster.ArchiveFailure;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.Takeovers;
import io.matriarch.config.Configuration;
import io.matriarch.value.Value.Mapping;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** An agent that has looked once and agrees to everything. */
record OneLook(Snapshot look, Configuration configuration, CompletableFuture<Optional<ArchiveFailure>> archiveFailure)
        implements Commands {
    private static final Answer FINE = new Answer(200, "Accepted");

    OneLook(Snapshot look) {
        this(look, look.configuration(), CompletableFuture.completedFuture(Optional.empty()));
    }

    @Override
    public Optional<JobProgress> jobProgress() {
        return Optional.empty();
    }

    @Override
    public Optional<Snapshot> snapshot() {
        return Optional.of(look);
    }

    @Override
    public CompletableFuture<Optional<Snapshot>> freshSnapshot() {
        return CompletableFuture.completedFuture(snapshot());
    }

    @Override
    public Answer requestJob(JobKind kind) {
        return new Answer(202, kind.word());
    }

    @Override
    public void reload() {}

    @Override
    public Answer restart(RestartConditions conditions) {
        return FINE;
    }

    @Override
    public Answer scheduleRestart(RestartConditions conditions, Instant at, Mapping request) {
        return FINE;
    }

    @Override
    public boolean deleteScheduledRestart() {
        return true;
    }

    @Override
    public Answer reinitialize(boolean force, boolean fromLeader) {
        return FINE;
    }

    @Override
    public Optional<ClusterView> readCluster() {
        return look.cluster();
    }

    @Override
    public ConfigAnswer patchConfig(Mapping patch) {
        return new ConfigAnswer(200, patch, "");
    }

    @Override
    public ConfigAnswer replaceConfig(Mapping config) {
        return new ConfigAnswer(200, config, "");
    }

    @Override
    public TakeoverAnswer switchover(Mapping body, Wait wait) {
        return new TakeoverAnswer(FINE, OptionalLong.empty());
    }

    @Override
    public TakeoverAnswer failover(Mapping body, Wait wait) {
        return new TakeoverAnswer(FINE, OptionalLong.empty());
    }

    @Override
    public Takeovers takeovers() {
        return Takeovers.NONE;
    }

    @Override
    public Answer deleteScheduledSwitchover() {
        return FINE;
    }

    @Override
    public Answer failsafe(Mapping body) {
        return FINE;
    }

    @Override
    public Answer pledge() {
        return FINE;
    }
}
