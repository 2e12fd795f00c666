package io.matriarch.agent;

import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import io.matriarch.config.PostgresPrograms;
import io.matriarch.config.PostgresSettings;
import io.matriarch.config.QuarkusProperties;
import io.matriarch.guard.GuardLink;
import io.matriarch.log.AgentLog;
import io.matriarch.postgres.Postmaster;
import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Starts the agent: reads the configuration, tells Quarkus its part, and boots it. */
public final class AgentMain {
    private AgentMain() {}

    /** Ends the process when the agent ends; what can't be used in the configuration is told first. */
    public static void run(Optional<String> path) {
        refuseRoot();
        switch (ConfigurationLoader.load(path.map(Path::of), System.getenv())) {
            case LoadResult.Invalid<Configuration> invalid -> {
                invalid.problems().forEach(problem -> System.err.println("matriarch: " + problem));
                end(1);
            }
            case LoadResult.Loaded<Configuration> loaded -> {
                loaded.remarks().forEach(warning -> System.err.println("matriarch: warning: " + warning));
                checkPrograms(loaded.configuration().postgresql());
                RestSocket.problem(loaded.configuration().restapi()).ifPresent(AgentMain::refuse);
                QuarkusProperties.of(loaded.configuration()).forEach(System::setProperty);
                Quarkus.run(
                        AgentApplication.class,
                        (code, failure) -> ended(code, Optional.ofNullable(failure)),
                        path.stream().toArray(String[]::new));
            }
        }
    }

    /** PostgreSQL refuses to run as root; files that root has written would lock its owner out. */
    private static void refuseRoot() {
        try {
            if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
                System.err.println(
                        "matriarch: can't run as root, which PostgreSQL refuses as well; start it as the owner of the"
                                + " data directory, with 'runuser -u postgres -- matriarch ...', gosu, or User= in a unit");
                end(1);
            }
        } catch (IOException | UnsupportedOperationException unknown) {
            // the first program of PostgreSQL that is run says so then
            return;
        }
    }

    /** Nothing works without them; only a server that runs already is better off with an agent that says so than with none. */
    private static void checkPrograms(PostgresSettings settings) {
        Optional<String> problem = PostgresPrograms.of(settings).unusable("postgres");
        boolean runs = Postmaster.of(settings.dataDirectory()).isPresent();
        problem.ifPresent(text -> System.err.println("matriarch: " + (runs ? "warning: " : "") + text));
        if (problem.isPresent() && !runs) {
            end(1);
        }
    }

    private static void refuse(String problem) {
        System.err.println("matriarch: " + problem);
        end(1);
    }

    private static void ended(int code, Optional<Throwable> failure) {
        failure.map(AgentMain::innermost)
                .ifPresent(cause -> System.err.println("matriarch: the agent could not be started: " + cause));
        end(failure.isPresent() ? 1 : code);
    }

    private static Throwable innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static void end(int code) {
        AgentLog.flush();
        System.err.flush();
        GuardLink.connect().exiting(code);
        Runtime.getRuntime().halt(code);
    }
}
