package io.matriarch.agent;

import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import io.matriarch.guard.GuardLink;
import io.quarkus.runtime.QuarkusApplication;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

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
                new Agent(vertx, path, System.getenv(), configuration, GuardLink.connect(), certificates::reload)
                        .run(access::publish);
            case LoadResult.Invalid<Configuration> _ -> 1;
        };
    }
}
