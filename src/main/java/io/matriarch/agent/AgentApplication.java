package io.matriarch.agent;

import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import io.matriarch.guard.GuardLink;
import io.matriarch.log.AgentLog;
import io.quarkus.runtime.QuarkusApplication;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/** The agent inside Quarkus, which brings Vert.x, REST and the log. */
public final class AgentApplication implements QuarkusApplication {
    private final Vertx vertx;
    private final AgentAccess access;
    private final RestCertificates certificates;

    @Inject
    AgentApplication(Vertx vertx, AgentAccess access, RestCertificates certificates) {
        this.vertx = vertx;
        this.access = access;
        this.certificates = certificates;
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
        AgentLog log = AgentLog.start(configuration.log());
        Consumer<Configuration> reloaded = changed -> {
            log.use(changed.log());
            certificates.reload(changed.restapi());
        };
        return new Agent(vertx, path, System.getenv(), configuration, GuardLink.connect(), reloaded)
                .run(access::publish);
    }
}
