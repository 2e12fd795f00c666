package io.matriarch.config;

import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.value.Value.Mapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Loads the agent's local configuration (reference 1.1 and 2.1): the file or directory, patched by the PATRONI_* variables; without a file, the document in
 * PATRONI_CONFIGURATION alone; without that, the variables alone.
 */
public final class ConfigurationLoader {
    static final String WHOLE_CONFIGURATION = "PATRONI_CONFIGURATION";

    /** Stands in the sync key for nobody, so no member may be called so. */
    private static final String RESERVED_NAME = "__patroni_strict_sync_replica_placeholder__";

    private static final List<String> WATCHDOG_MODES =
            List.of("automatic", "required", "require", "off", "disabled", "disable", "false");

    private ConfigurationLoader() {}

    /**
     * @param path a YAML file or a directory of them, as given on the command line
     * @param environment all variables of the process
     */
    public static LoadResult<Configuration> load(Optional<Path> path, Map<String, String> environment) {
        Sources sources = Sources.read(path, environment);
        Findings findings = new Findings(sources.name(), sources.layers());
        sources.problems().forEach(findings::problem);
        sources.warnings().forEach(findings::warning);
        if (sources.layers().isEmpty() && findings.problems().isEmpty()) {
            findings.problem("", "the configuration is empty");
        }
        if (!findings.problems().isEmpty()) {
            return new Invalid<>(findings.problems());
        }
        Section root = Section.root(Layer.merge(sources.layers()), findings);
        Misspellings.in(root.content()).forEach(findings::warning);
        Configuration configuration = read(root, sources.fileHas("bootstrap"), home(environment));
        return findings.problems().isEmpty()
                ? new Loaded<>(configuration, findings.mistakes(), findings.warnings())
                : new Invalid<>(findings.problems());
    }

    /** What the same sources say, each by itself, the later over the earlier; what can't be read is left out, {@link #load} says why. */
    public static List<Layer> layers(Optional<Path> path, Map<String, String> environment) {
        return List.copyOf(Sources.read(path, environment).layers());
    }

    /** What the PATRONI_* variables say, unchecked. */
    public static Mapping ofVariables(Map<String, String> environment) {
        return Layer.merge(
                EnvironmentVariables.read(environment, Mapping.empty()).layers());
    }

    private static Configuration read(Section root, boolean mayBootstrap, Path home) {
        String name = root.required("name", "the member's name, unique in the cluster");
        if (name.equals(RESERVED_NAME)) {
            root.problem("name", "'" + RESERVED_NAME + "' is reserved");
        }
        if (name.contains("/")) {
            root.problem("name", Section.shown(name) + " has a slash, which separates the parts of a key in etcd");
        }
        String scope = root.required("scope", "the cluster's name");
        if (root.has("citus")) {
            root.problem("citus", "isn't supported");
        }
        root.whole("thread_pool_size", 5, 1, Integer.MAX_VALUE, "");
        root.whole("thread_stack_size", 524_288, 65_536, Integer.MAX_VALUE, "B");
        return new Configuration(
                scope,
                namespace(root),
                name,
                RestApiReader.readRestApi(root.section("restapi")),
                RestApiReader.readCtl(root.section("ctl"), root.section("restapi")),
                EtcdReader.read(root).orElse(NO_ETCD),
                BootstrapReader.read(root.section("bootstrap"), mayBootstrap),
                PostgresReader.read(root.section("postgresql"), home),
                LogReader.read(root.section("log")),
                watchdog(root.section("watchdog")),
                TagsReader.read(root.section("tags")),
                BackupReader.read(root.section("backup")),
                root.content());
    }

    /** Only to go on reading after a problem. */
    private static final EtcdSettings NO_ETCD = new EtcdSettings(
            List.of(), false, true, Optional.empty(), Optional.empty(), Optional.empty(), TlsFiles.NONE);

    static String namespace(Section root) {
        return root.text("namespace")
                .map(namespace -> namespace.replaceAll("/+", "/").replaceAll("^/|/$", ""))
                .orElse("service");
    }

    static Path home(Map<String, String> environment) {
        return Path.of(Optional.ofNullable(environment.get("HOME"))
                .filter(home -> !home.isEmpty())
                .orElseGet(() -> System.getProperty("user.home", "/")));
    }

    private static Mapping watchdog(Section section) {
        section.word("mode", WATCHDOG_MODES);
        section.word("driver", List.of("default", "testing"));
        section.file("device");
        section.whole("safety_margin", 5, -1, Integer.MAX_VALUE, "");
        return section.content();
    }

    /** The layers of a configuration, and how to name all of them together. */
    record Sources(String name, List<Layer> layers, List<Problem> problems, List<String> warnings, int files) {

        static Sources read(Optional<Path> path, Map<String, String> environment) {
            if (path.isPresent() && Files.exists(path.get())) {
                return withVariables(
                        path.get().toString(), ConfigurationFiles.read(path.get()), environment, List.of());
            }
            List<String> warnings =
                    path.map(missing -> missing + " doesn't exist; only environment variables are used").stream()
                            .toList();
            Optional<String> whole =
                    Optional.ofNullable(environment.get(WHOLE_CONFIGURATION)).filter(text -> !text.isEmpty());
            if (whole.isPresent()) {
                ConfigurationFiles.Reading reading = ConfigurationFiles.readText(WHOLE_CONFIGURATION, whole.get());
                List<String> all = new ArrayList<>(warnings);
                all.addAll(reading.warnings());
                return new Sources(WHOLE_CONFIGURATION, reading.layers(), reading.problems(), all, 1);
            }
            ConfigurationFiles.Reading nothing = new ConfigurationFiles.Reading(List.of(), List.of(), List.of());
            return withVariables("the environment", nothing, environment, warnings);
        }

        static Sources withVariables(
                String name, ConfigurationFiles.Reading files, Map<String, String> environment, List<String> warnings) {
            EnvironmentVariables.Reading variables =
                    EnvironmentVariables.read(environment, Layer.merge(files.layers()));
            List<Layer> layers = new ArrayList<>(files.layers());
            layers.addAll(variables.layers());
            List<Problem> problems = new ArrayList<>(files.problems());
            problems.addAll(variables.problems());
            List<String> all = new ArrayList<>(warnings);
            all.addAll(files.warnings());
            return new Sources(name, layers, problems, all, files.layers().size());
        }

        boolean fileHas(String section) {
            return layers.stream().limit(files).anyMatch(layer -> layer.has(section));
        }
    }
}
