package io.matriarch.cli;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.util.Optional;

/** A Vert.x with one event loop and little else, made when it is first asked for: a run sends a few requests only, and starting must cost nothing. */
public final class LightVertx {
    private Optional<Vertx> vertx = Optional.empty();

    public Vertx get() {
        if (vertx.isEmpty()) {
            vertx = Optional.of(start());
        }
        return vertx.get();
    }

    private static Vertx start() {
        return Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setBlockedThreadCheckInterval(Duration.ofDays(1).toMillis())
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    }
}
