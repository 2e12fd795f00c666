package io.matriarch.cli;

import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.EtcdSettings;
import io.matriarch.config.HostPort;
import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.ParameterOpinion;
import io.matriarch.config.PostgresPrograms;
import io.matriarch.config.PostgresSettings;
import io.matriarch.config.Problem;
import io.matriarch.value.Yaml;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** {@code --validate-config}: 0 when the configuration is good, 1 with everything that is wrong on standard error. */
public final class ValidateConfig {
    private static final int CONNECT_MILLIS = 3_000;

    private final Function<Configuration, ParameterOpinion> server;
    private final PrintStream output;
    private final PrintStream errors;

    /** @param server says what PostgreSQL thinks of the parameters in a configuration */
    public ValidateConfig(PrintStream output, PrintStream errors, Function<Configuration, ParameterOpinion> server) {
        this.server = server;
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
            case Loaded<Configuration>(Configuration configuration, List<Problem> mistakes, List<String> warnings) -> {
                mistakes.forEach(errors::println);
                warnings.forEach(warning -> errors.println("warning: " + warning));
                int judgement = judge(request, configuration);
                yield mistakes.isEmpty() ? judgement : PatroniCtl.FAILURE;
            }
        };
    }

    private int judge(Invocation.Validate request, Configuration configuration) {
        List<String> findings = new ArrayList<>();
        findings.addAll(PatroniFindings.of(configuration.raw()));
        PostgresPrograms.of(configuration.postgresql()).unusable("postgres").ifPresent(findings::add);
        missingFolder(configuration.postgresql()).ifPresent(findings::add);
        foreignFolder(configuration.postgresql().dataDirectory()).ifPresent(findings::add);
        findings.addAll(unreachable(configuration.etcd()));
        findings.addAll(request.ignoreListenPort() ? unknownHosts(configuration) : busyPorts(configuration));
        ParameterOpinion opinion = server.apply(configuration);
        findings.addAll(opinion.wrong());
        findings.addAll(opinion.doubtful());
        String source = request.configuration().map(path -> path + ": ").orElse("");
        findings.forEach(finding -> errors.println(source + finding));
        if (request.print()) {
            output.print(Yaml.write(configuration.raw(), Yaml.Order.SORTED));
            output.flush();
        }
        return findings.isEmpty() ? PatroniCtl.SUCCESS : PatroniCtl.FAILURE;
    }

    /** Of the password file. */
    public static Optional<String> missingFolder(PostgresSettings settings) {
        return Optional.ofNullable(settings.pgpass().toAbsolutePath().getParent())
                // the folder above the data directory is made with it
                .filter(folder -> !Files.isDirectory(folder)
                        && !settings.dataDirectory().toAbsolutePath().startsWith(folder))
                .map(folder ->
                        "postgresql.pgpass: its folder " + folder + " doesn't exist; make it, or name another file");
    }

    /** A data directory that is none. */
    public static Optional<String> foreignFolder(Path data) {
        if (!Files.exists(data) || Files.exists(data.resolve("PG_VERSION"))) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(data)) {
            return files.anyMatch(file -> !file.endsWith("lost+found"))
                    ? Optional.of("postgresql.data_dir: " + data
                            + " has files, and none of them is PG_VERSION: it holds no PostgreSQL cluster")
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.of("postgresql.data_dir: " + data + " isn't a folder that this user can read");
        }
    }

    private static List<String> unreachable(EtcdSettings etcd) {
        return etcd.endpoints().stream()
                .filter(endpoint -> !answers(endpoint))
                .map(endpoint -> "etcd3: nobody answers at " + endpoint)
                .toList();
    }

    private static boolean answers(HostPort endpoint) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
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

    private static List<String> unknownHosts(Configuration configuration) {
        return configuration.postgresql().listenAddresses().stream()
                .flatMap(host -> {
                    try {
                        var _ = ListenProbe.address(host);
                        return Stream.empty();
                    } catch (UnknownHostException e) {
                        return Stream.of("postgresql.listen: the host '" + host + "' is unknown here");
                    }
                })
                .toList();
    }

    private static Optional<String> probe(String key, HostPort listen) {
        return ListenProbe.obstacle(listen)
                .map(why -> key + ": " + listen + " can't be listened on: " + why
                        + "; stop what uses it, or ignore it with --ignore-listen-port");
    }
}
