package io.matriarch.doctor;

import io.matriarch.cli.EtcdOpening;
import io.matriarch.cli.LightVertx;
import io.matriarch.cli.OutputFormat;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.EtcdSettings;
import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.Problem;
import io.matriarch.dcs.etcd.EtcdDcs;
import io.matriarch.dcs.etcd.EtcdHealth;
import io.matriarch.doctor.Finding.Level;
import io.matriarch.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code matriarch doctor}: 0 without errors, 1 with errors, 2 when something could not be looked at, or for wrong usage (docs/doctor.md). */
@Command(name = "doctor")
public final class DoctorCommand {
    private static final String SUMMARY =
            "Examines this node, or the cluster, and says what is wrong and what to do. Changes nothing.";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Option(
            names = {"-c", "--config-file"},
            paramLabel = "FILE",
            description =
                    "Configuration file or folder of a node; else PATRONICTL_CONFIG_FILE, else only the environment")
    private Optional<String> file = Optional.empty();

    @Option(
            names = "--cluster",
            description = "Examine the whole cluster through etcd and the members' REST interfaces")
    private boolean cluster;

    @Option(names = "--all", description = "Show also what is well")
    private boolean all;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "[pretty|tsv|json|yaml|yml]",
            description = "Output format; all but pretty show also what is well")
    private OutputFormat format = OutputFormat.PRETTY;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    private DoctorCommand() {}

    /** Returns the exit code. */
    public static int run(List<String> arguments) {
        DoctorCommand command = new DoctorCommand();
        return new Tool("matriarch doctor", SUMMARY)
                .run(command, arguments, terminal -> command.run(terminal, System.getenv()));
    }

    private int run(Terminal terminal, Map<String, String> environment) {
        Optional<Path> path = Tool.configuration(file, environment);
        if (Tool.misses(path, terminal)) {
            return Tool.WRONG_USAGE;
        }
        List<Finding> findings = switch (ConfigurationLoader.load(path, environment)) {
            case Invalid<Configuration>(List<Problem> problems) ->
                problems.stream().map(DoctorCommand::invalid).toList();
            case Loaded<Configuration> loaded -> examine(loaded, path);
        };
        terminal.echo(Diagnosis.text(findings, format, all));
        return Diagnosis.exitCode(findings);
    }

    /** Nothing more can be looked at then. */
    private static Finding invalid(Problem problem) {
        String key = problem.key().isEmpty() ? "" : problem.key() + ": ";
        return new Finding(
                Level.ERROR,
                "configuration",
                problem.source(),
                key + problem.text(),
                "correct it: the agent doesn't start with it, and nothing else could be examined");
    }

    private List<Finding> examine(Loaded<Configuration> loaded, Optional<Path> path) {
        Configuration configuration = loaded.configuration();
        LightVertx vertx = new LightVertx();
        Optional<EtcdSettings> settings = EtcdOpening.resolve(vertx, configuration.etcd());
        if (settings.isEmpty()) {
            return List.of(new Finding(
                    Level.ERROR,
                    "etcd",
                    "etcd3.srv",
                    "DNS names no etcd server",
                    "check the SRV records, or name etcd3.hosts"));
        }
        try (EtcdDcs dcs = EtcdOpening.open(vertx, settings.get(), configuration.prefix());
                EtcdHealth etcd = new EtcdHealth(vertx.get(), settings.get(), configuration.prefix(), Ticker.system());
                HttpMemberReports reports =
                        new HttpMemberReports(vertx.get(), configuration.ctl(), InstantSource.system())) {
            Clinic clinic = new Clinic(loaded, dcs, etcd, reports);
            return new Examination(PATIENCE).of(cluster ? clinic.cluster() : clinic.node(path));
        }
    }
}
