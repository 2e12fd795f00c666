package io.matriarch.cli;

import io.matriarch.cluster.ClusterView;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.EtcdSettings;
import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.Problem;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.etcd.EtcdDcs;
import io.matriarch.time.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads the cluster that a node's configuration is of, and gives access to its members, for the commands about jobs. */
final class ClusterAccess {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private ClusterAccess() {}

    /** What a command does with it. */
    interface Work {
        /** Returns the exit code. */
        int with(Configuration configuration, ClusterView view, MemberApi api);
    }

    /** Tells a person what goes wrong. */
    static int with(Optional<String> file, Terminal terminal, Work work) {
        Optional<Path> path = Tool.configuration(file, System.getenv());
        if (Tool.misses(path, terminal)) {
            return Tool.WRONG_USAGE;
        }
        return switch (ConfigurationLoader.load(path, System.getenv())) {
            case Invalid<Configuration>(List<Problem> problems) -> {
                problems.forEach(problem -> terminal.complain("Error: " + problem));
                yield 1;
            }
            case Loaded<Configuration> loaded -> with(loaded.configuration(), terminal, work);
        };
    }

    private static int with(Configuration configuration, Terminal terminal, Work work) {
        LightVertx vertx = new LightVertx();
        Optional<EtcdSettings> settings = EtcdOpening.resolve(vertx, configuration.etcd());
        if (settings.isEmpty()) {
            terminal.complain("Error: DNS names no etcd server; check etcd3.srv, or name etcd3.hosts");
            return 1;
        }
        try (EtcdDcs dcs = EtcdOpening.open(vertx, settings.get(), configuration.prefix())) {
            return switch (dcs.readFresh(Deadline.after(PATIENCE))) {
                case Reading.Known(ClusterView view) ->
                    work.with(configuration, view, new VertxMemberApi(vertx.get(), configuration.ctl()));
                case Reading.Unavailable(String why) -> {
                    terminal.complain("Error: the cluster can't be read from etcd: " + why);
                    yield 1;
                }
            };
        } catch (CtlError problem) {
            terminal.complain("Error: " + problem.getMessage());
            return 1;
        }
    }
}
