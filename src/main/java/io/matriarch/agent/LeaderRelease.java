package io.matriarch.agent;

import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Writing;
import io.matriarch.dcs.etcd.EtcdDcs;
import io.matriarch.postgres.LocalPostgres;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Gives the leader key back if it is this node's and no postmaster runs on its data directory: a program of its own that the guard starts when it has stopped PostgreSQL
 * and killed the agent, since the guard knows neither the configuration nor etcd. The guard ends it if it takes too long.
 */
public final class LeaderRelease {
    private static final Duration PATIENCE = Duration.ofMillis(1500);

    private LeaderRelease() {}

    /** Returns 0 when the key is given back; says why not on standard error. */
    public static int run(Optional<String> path) {
        return switch (ConfigurationLoader.load(path.map(Path::of), System.getenv())) {
            case LoadResult.Loaded<Configuration> loaded -> release(loaded.configuration());
            case LoadResult.Invalid<Configuration> invalid -> {
                invalid.problems().forEach(problem -> System.err.println("matriarch: " + problem));
                yield 1;
            }
        };
    }

    private static int release(Configuration configuration) {
        Path data = configuration.postgresql().dataDirectory();
        if (LocalPostgres.postmaster(data).isPresent()) {
            System.err.println("matriarch: another postmaster runs in " + data + ", the leader key stays");
            return 1;
        }
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        try (EtcdDcs dcs = new EtcdDcs(
                vertx,
                configuration.etcd(),
                configuration.prefix(),
                Optional.of(configuration.name()),
                Duration.ofSeconds(30),
                Ticker.system())) {
            return switch (dcs.write(new DcsCommand.ReleaseLeader(Optional.empty()), Deadline.after(PATIENCE))) {
                case Writing.Written _ -> 0;
                case Writing.Refused(String why) -> failed(why);
                case Writing.Unavailable(String why) -> failed(why);
            };
        }
    }

    private static int failed(String why) {
        System.err.println("matriarch: the leader key could not be given back: " + why);
        return 1;
    }
}
