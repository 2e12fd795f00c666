package io.matriarch.cli;

import io.matriarch.value.Yaml;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** patronictl show-config: the dynamic configuration as YAML; nothing when there is none. */
@Command(name = "show-config")
final class ShowConfigCommand extends CtlCommand {
    @Parameters(arity = "0..1", paramLabel = "CLUSTER_NAME")
    private Optional<String> cluster = Optional.empty();

    @Override
    void run(CtlSession session) {
        session.cluster(cluster)
                .read()
                .config()
                .ifPresent(config -> session.terminal().echo(Yaml.write(config.raw(), Yaml.Order.SORTED)));
    }
}
