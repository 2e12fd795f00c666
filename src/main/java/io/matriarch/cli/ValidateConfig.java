package io.matriarch.cli;

import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.HostPort;
import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.PostgresPrograms;
import io.matriarch.config.Problem;
import io.matriarch.value.Yaml;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code --validate-config}: 0 when the configuration is good, 1 with everything that is wrong on standard error. */
public final class ValidateConfig {
    private final PrintStream output;
    private final PrintStream errors;

    public ValidateConfig(PrintStream output, PrintStream errors) {
        this.output = output;
        this.errors = errors;
    }

    /** Returns the exit code. */
    public int run(Invocation.Validate request, Map<String, String> environment) {
        Optional<String> missing = Usage.missingConfiguration(request.configuration(), environment);
        if (missing.isPresent()) {
            errors.println(missing.get());
            return PatroniCtl.FAILURE;
        }
        return switch (ConfigurationLoader.load(request.configuration().map(Path::of), environment)) {
            case Invalid<Configuration>(List<Problem> problems) -> {
                problems.forEach(errors::println);
                yield PatroniCtl.FAILURE;
            }
            case Loaded<Configuration>(Configuration configuration, List<String> warnings) -> {
                warnings.forEach(errors::println);
                yield judge(request, configuration);
            }
        };
    }

    private int judge(Invocation.Validate request, Configuration configuration) {
        List<String> findings = new ArrayList<>();
        PostgresPrograms.of(configuration.postgresql()).unusable("postgres").ifPresent(findings::add);
        findings.addAll(request.ignoreListenPort() ? List.of() : busyPorts(configuration));
        findings.forEach(errors::println);
        if (request.print()) {
            output.print(Yaml.write(configuration.raw(), Yaml.Order.SORTED));
            output.flush();
        }
        return findings.isEmpty() ? PatroniCtl.SUCCESS : PatroniCtl.FAILURE;
    }

    private static List<String> busyPorts(Configuration configuration) {
        List<String> busy = new ArrayList<>();
        probe("restapi.listen", configuration.restapi().listen()).ifPresent(busy::add);
        for (String address : configuration.postgresql().listenAddresses()) {
            probe(
                            "postgresql.listen",
                            new HostPort(address, configuration.postgresql().port()))
                    .ifPresent(busy::add);
        }
        return busy;
    }

    private static Optional<String> probe(String key, HostPort listen) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address(listen.host()), listen.port()));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(key + ": " + listen + " can't be listened on: " + e.getMessage()
                    + "; stop what uses it, or ignore it with --ignore-listen-port");
        }
    }

    private static InetAddress address(String host) throws UnknownHostException {
        boolean all = host.isEmpty() || host.equals("*");
        return all ? new InetSocketAddress(0).getAddress() : InetAddress.getByName(host);
    }
}
