package io.matriarch.config;

import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Loads what {@code matriarch wal} needs of an agent's configuration: the section {@code backup} and nothing else, so that nothing else can stop the archiving. */
public final class BackupConfigurationLoader {
    private BackupConfigurationLoader() {}

    /**
     * @param path a YAML file or a directory of them
     * @param environment all variables of the process
     */
    public static LoadResult<BackupSettings> load(Path path, Map<String, String> environment) {
        ConfigurationLoader.Sources sources = ConfigurationLoader.Sources.read(Optional.of(path), environment);
        Findings findings = new Findings(sources.name(), sources.layers());
        sources.problems().forEach(findings::problem);
        if (!findings.problems().isEmpty()) {
            return new Invalid<>(findings.problems());
        }
        Section root = Section.root(Layer.merge(sources.layers()), findings);
        BackupSettings settings = BackupReader.readForWal(root.section("backup"));
        if (settings.repositories().isEmpty() && findings.problems().isEmpty()) {
            root.problem("backup.repositories", "is missing; it must be a mapping with one entry for each repository");
        }
        return findings.problems().isEmpty()
                ? new Loaded<>(settings, findings.mistakes(), findings.warnings())
                : new Invalid<>(findings.problems());
    }
}
