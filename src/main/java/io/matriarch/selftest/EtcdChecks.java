package io.matriarch.selftest;

import static java.time.temporal.ChronoUnit.SECONDS;

import io.matriarch.config.EtcdSettings;
import io.matriarch.config.HostPort;
import io.matriarch.config.TlsFiles;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.Writing;
import io.matriarch.dcs.etcd.EtcdDcs;
import io.matriarch.dcs.etcd.SrvDiscovery;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value.Mapping;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** gRPC: one answer each, a lease, a watch, and writing; in a scope of its own that is removed at the end. */
final class EtcdChecks {
    private static final String PREFIX = "/matriarch-self-test/self-test/";
    private static final Duration PATIENCE = Duration.of(10, SECONDS);

    private final Servers servers;

    EtcdChecks(Servers servers) {
        this.servers = servers;
    }

    List<Check> all() {
        return List.of(
                check("etcd", false),
                new Check("etcd-srv", servers.find("nameserver").isPresent(), this::named),
                check("etcd-tls", true));
    }

    private Check check(String name, boolean tls) {
        return new Check(name, servers.find(name).isPresent(), () -> tried(name, tls));
    }

    private Optional<String> tried(String name, boolean tls) throws Exception {
        Vertx vertx = Vertx.vertx();
        try (EtcdDcs dcs = new EtcdDcs(
                vertx, settings(name, tls), PREFIX, Optional.of("self"), Duration.ofSeconds(30), Ticker.system())) {
            Mapping data = Mapping.empty().with("state", "running");
            return written(dcs, new DcsCommand.TouchMember(data))
                    .or(() -> written(dcs, new DcsCommand.PutConfig(Mapping.empty(), OptionalLong.empty())))
                    .or(() -> members(dcs.read(Deadline.after(PATIENCE))))
                    .or(() -> members(dcs.readFresh(Deadline.after(PATIENCE))))
                    .or(() -> written(dcs, new DcsCommand.RemoveCluster()));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    /** Found by DNS, it has to be the etcd that is named. */
    private Optional<String> named() throws Exception {
        EtcdSettings unnamed = new EtcdSettings(
                List.of(),
                false,
                false,
                Optional.of("matriarch.test"),
                Optional.empty(),
                Optional.empty(),
                TlsFiles.NONE);
        Vertx vertx = Vertx.vertx();
        try {
            List<HostPort> found = new SrvDiscovery(vertx, List.of(servers.address("nameserver")))
                    .resolve(unnamed, Deadline.after(PATIENCE))
                    .map(EtcdSettings::endpoints)
                    .orElse(List.of());
            return Check.expect(List.of(servers.address("etcd")), found);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    private EtcdSettings settings(String name, boolean tls) {
        TlsFiles files = tls
                ? new TlsFiles(servers.find("cert"), servers.find("key"), Optional.empty(), servers.find("ca"))
                : TlsFiles.NONE;
        return new EtcdSettings(
                List.of(servers.address(name)),
                tls,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                files);
    }

    private static Optional<String> written(EtcdDcs dcs, DcsCommand command) {
        Writing writing = dcs.write(command, Deadline.after(PATIENCE));
        return writing instanceof Writing.Written ? Optional.empty() : Optional.of(command + ": " + writing);
    }

    private static Optional<String> members(Reading reading) {
        return switch (reading) {
            case Reading.Known(var view) -> Check.expect(1, view.members().size());
            case Reading.Unavailable(String why) -> Optional.of(why);
        };
    }
}
