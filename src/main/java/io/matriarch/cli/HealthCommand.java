package io.matriarch.cli;

import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Answer.Unreachable;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.Member;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.CtlSettings;
import io.matriarch.config.HostPort;
import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.RestApiSettings;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code matriarch health}: 0 if the agent of this node answers a health check with 200, 1 if not, 2 for wrong usage. For containers, which may have no HTTP client. */
@Command(name = "health")
public final class HealthCommand {
    private static final String SUMMARY =
            "Asks the agent of this node one of its health checks: liveness, readiness, primary, replica, ...";

    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final Set<String> EVERYWHERE = Set.of("", "*", "0.0.0.0", "::");
    private static final int OK = 200;

    @Option(
            names = {"-c", "--config-file"},
            paramLabel = "FILE",
            description =
                    "Configuration file or folder of a node; else PATRONICTL_CONFIG_FILE, else only the environment")
    private Optional<String> file = Optional.empty();

    @Parameters(arity = "0..1", paramLabel = "CHECK", description = "liveness, if nothing is said")
    private String check = "liveness";

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    private HealthCommand() {}

    /** Returns the exit code. */
    public static int run(List<String> arguments) {
        HealthCommand command = new HealthCommand();
        return new Tool("matriarch health", SUMMARY)
                .run(command, arguments, terminal -> command.run(terminal, System.getenv()));
    }

    private int run(Terminal terminal, Map<String, String> environment) {
        Optional<Path> path = Tool.configuration(file, environment);
        if (Tool.misses(path, terminal)) {
            return Tool.WRONG_USAGE;
        }
        return switch (ConfigurationLoader.load(path, environment)) {
            case Invalid<Configuration> invalid -> {
                invalid.problems().forEach(problem -> terminal.complain(problem.toString()));
                yield Tool.WRONG_USAGE;
            }
            case Loaded<Configuration> loaded -> ask(loaded.configuration(), check, terminal);
        };
    }

    /** Asks {@code check}, a path of the REST API. No password is sent, so the agent needn't prove who it is. */
    static int ask(Configuration configuration, String check, Terminal terminal) {
        String url = ownUrl(configuration.restapi());
        LightVertx vertx = new LightVertx();
        MemberApi api = new VertxMemberApi(
                vertx.get(),
                new CtlSettings(Optional.empty(), true, configuration.ctl().tls()));
        Member self = new Member(configuration.name(), Mapping.empty().with("api_url", url), 0, 0);
        try {
            return switch (api.send(Method.GET, self, check, Optional.empty(), Deadline.after(PATIENCE))) {
                case Answered(int status, String _) -> {
                    terminal.echo(url + "/" + check + " answers " + status);
                    yield status == OK ? 0 : 1;
                }
                case Unreachable(String why) -> {
                    terminal.complain(url + "/" + check + " doesn't answer: " + why);
                    yield 1;
                }
            };
        } finally {
            var _ = vertx.get().close();
        }
    }

    private static String ownUrl(RestApiSettings rest) {
        HostPort listen = rest.listen();
        HostPort own = EVERYWHERE.contains(listen.host()) ? new HostPort("127.0.0.1", listen.port()) : listen;
        return (rest.https() ? "https://" : "http://") + own;
    }
}
