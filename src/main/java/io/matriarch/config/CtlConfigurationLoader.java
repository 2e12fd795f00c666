package io.matriarch.config;

import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.value.Value.Mapping;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Loads patronictl's configuration, which may be an agent's: only scope, namespace, the DCS, ctl and restapi are looked at (reference 7.1). */
public final class CtlConfigurationLoader {
    private static final List<String> DCS_SECTIONS =
            List.of("consul", "etcd", "etcd3", "exhibitor", "kubernetes", "raft", "zookeeper");

    private CtlConfigurationLoader() {}

    /**
     * @param file as given by --config-file; else PATRONICTL_CONFIG_FILE counts, else ~/.config/patroni/patronictl.yaml, which may be missing
     * @param dcsUrl as given by --dcs-url; else DCS_URL counts, if set
     */
    public static LoadResult<CtlConfiguration> load(
            Optional<String> file, Optional<String> dcsUrl, Map<String, String> environment) {
        Optional<String> explicit = file.or(() -> variable(environment, "PATRONICTL_CONFIG_FILE"));
        Path path;
        try {
            path = explicit.map(Path::of)
                    .orElseGet(() -> ConfigurationLoader.home(environment).resolve(".config/patroni/patronictl.yaml"));
        } catch (InvalidPathException e) {
            return new Invalid<>(List.of(new Problem(explicit.orElse(""), "", "not a path: " + e.getReason())));
        }
        if (explicit.isPresent() && !Files.isReadable(path)) {
            return new Invalid<>(List.of(new Problem(
                    path.toString(),
                    "",
                    "the configuration file doesn't exist or can't be read; check the -c/--config-file parameter")));
        }
        ConfigurationLoader.Sources sources =
                ConfigurationLoader.Sources.read(Optional.of(path).filter(Files::exists), environment);
        return read(sources, dcsUrl.or(() -> variable(environment, "DCS_URL")));
    }

    private static LoadResult<CtlConfiguration> read(ConfigurationLoader.Sources sources, Optional<String> dcsUrl) {
        Findings findings = new Findings(sources.name(), sources.layers());
        sources.problems().forEach(findings::problem);
        if (!findings.problems().isEmpty()) {
            return new Invalid<>(findings.problems());
        }
        Section root = Section.root(Layer.merge(sources.layers()), findings);
        CtlConfiguration configuration = dcsUrl.map(url -> DcsUrl.parse(url, findings))
                .map(parsed -> parsed.map(url -> ofUrl(root, url)).orElseGet(() -> of(root, Optional.empty())))
                .orElseGet(() -> of(root, hasDcs(root) ? EtcdReader.read(root) : Optional.empty()));
        return findings.problems().isEmpty()
                ? new Loaded<>(configuration, findings.mistakes(), findings.warnings())
                : new Invalid<>(findings.problems());
    }

    private static boolean hasDcs(Section root) {
        return DCS_SECTIONS.stream().anyMatch(root::has);
    }

    /** The URL replaces the sections of all DCS. */
    private static CtlConfiguration ofUrl(Section root, DcsUrl url) {
        Mapping replaced = root.content();
        for (String section : DCS_SECTIONS) {
            replaced = replaced.without(section);
        }
        replaced = replaced.with(
                "etcd3", Mapping.empty().with("host", url.address().toString()));
        if (url.namespace().isPresent()) {
            replaced = replaced.with("namespace", url.namespace().get());
        }
        Section changed = Section.root(replaced, root.findings());
        return of(changed, EtcdReader.read(changed));
    }

    private static CtlConfiguration of(Section root, Optional<EtcdSettings> etcd) {
        return new CtlConfiguration(
                root.text("scope"),
                ConfigurationLoader.namespace(root),
                RestApiReader.readCtl(root.section("ctl"), root.section("restapi")),
                postgres(root.content().mapping("postgresql")),
                etcd);
    }

    /** Only edit-config needs it, so what is wrong with it is no reason to refuse the configuration. */
    private static String postgres(Mapping section) {
        Optional<String> folder = section.text("bin_dir").filter(text -> !text.isEmpty());
        return PostgresPrograms.path(folder, section.mapping("bin_name"), "postgres");
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }
}
