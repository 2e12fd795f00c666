package io.matriarch.cli;

import io.matriarch.config.CtlConfiguration;
import io.matriarch.config.CtlConfigurationLoader;
import io.matriarch.config.CtlSettings;
import io.matriarch.config.EtcdSettings;
import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.ParameterOpinion;
import io.matriarch.config.Problem;
import io.matriarch.dcs.Dcs;
import io.matriarch.value.Value.Mapping;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** Puts patronictl together for the real world. */
public final class CtlMain {
    private CtlMain() {}

    /**
     * Returns the exit code.
     *
     * @param parameters asks the PostgreSQL that is installed here, given the path of its program postgres, about a dynamic configuration
     */
    public static int run(List<String> arguments, BiFunction<String, Mapping, ParameterOpinion> parameters) {
        LightVertx vertx = new LightVertx();
        PrintStream output = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream errors = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        Surroundings surroundings = new Surroundings(
                new StandardTerminal(System.in, output, errors),
                System.getenv(),
                CtlMain::load,
                (configuration, scope) -> open(vertx, configuration, scope),
                configuration -> new VertxMemberApi(vertx.get(), configuration.ctl()),
                parameters::apply,
                Clock.system(ZoneId.systemDefault()),
                CtlMain::sleep);
        return new PatroniCtl(surroundings).run(arguments);
    }

    private static CtlConfiguration load(GlobalOptions options, Map<String, String> environment) {
        return switch (CtlConfigurationLoader.load(options.configFile(), options.dcsUrl(), environment)) {
            case Loaded<CtlConfiguration>(CtlConfiguration configuration, var _, var _) ->
                options.insecure() ? insecure(configuration) : configuration;
            case Invalid<CtlConfiguration>(List<Problem> problems) ->
                throw new CtlError(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        };
    }

    private static CtlConfiguration insecure(CtlConfiguration configuration) {
        CtlSettings ctl = configuration.ctl();
        return new CtlConfiguration(
                configuration.scope(),
                configuration.namespace(),
                new CtlSettings(ctl.authentication(), true, ctl.tls()),
                configuration.postgres(),
                configuration.etcd());
    }

    private static Dcs open(LightVertx vertx, CtlConfiguration configuration, String scope) {
        EtcdSettings settings = configuration
                .etcd()
                .orElseThrow(
                        () -> new CtlError("Can not find suitable configuration of distributed configuration store:"
                                + " add an etcd3 section to the configuration file, or name one with --dcs-url"));
        String prefix = ("/" + configuration.namespace() + "/" + scope + "/").replaceAll("/+", "/");
        EtcdSettings found = EtcdOpening.resolve(vertx, settings)
                .orElseThrow(() -> new CtlError("DNS names no etcd server for etcd3.srv "
                        + settings.srv().orElse("") + ", and none is configured in etcd3.hosts"));
        return EtcdOpening.open(vertx, found, prefix);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new Aborted();
        }
    }
}
