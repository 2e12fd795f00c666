package io.matriarch.agent;

import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import io.matriarch.guard.GuardLink;
import io.matriarch.log.AgentLog;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The agent inside Quarkus, which brings Vert.x, REST and the log. */
public final class AgentApplication implements QuarkusApplication {
    private final Vertx vertx;
    private final AgentAccess access;

    @Inject
    AgentApplication(Vertx vertx, AgentAccess access) {
        this.vertx = vertx;
        this.access = access;
    }

    @Override
    public int run(String... arguments) {
        Optional<Path> path = Arrays.stream(arguments).findFirst().map(Path::of);
        return switch (ConfigurationLoader.load(path, System.getenv())) {
            case LoadResult.Loaded<Configuration>(Configuration configuration, var _, var _) ->
                run(path, configuration);
            case LoadResult.Invalid<Configuration> _ -> 1;
        };
    }

    private int run(Optional<Path> path, Configuration configuration) {
        RestSocket rest = new RestSocket(vertx, VertxHttpRecorder.getRootHandler());
        Optional<String> problem = rest.open(configuration.restapi());
        if (problem.isPresent()) {
            System.err.println("matriarch: " + problem.get());
            return 1;
        }
        AgentLog log = AgentLog.start(configuration.log());
        UnaryOperator<Configuration> reloaded = changed -> {
            log.use(changed.log());
            return changed.with(rest.reload(changed.restapi()));
        };
        return new Agent(vertx, path, System.getenv(), configuration, GuardLink.connect(), reloaded)
                .run(access::publish);
    }
}
