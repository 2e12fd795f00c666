package io.matriarch.cli;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl demote-cluster: makes the cluster the standby of another one. */
@Command(name = "demote-cluster")
final class DemoteClusterCommand extends CtlCommand {
    @Parameters(arity = "0..1", paramLabel = "CLUSTER_NAME")
    private Optional<String> cluster = Optional.empty();

    @Option(names = "--host", paramLabel = "TEXT", description = "Address of the remote node")
    private Optional<String> host = Optional.empty();

    @Option(names = "--port", paramLabel = "INTEGER", description = "Port of the remote node")
    private Optional<Integer> port = Optional.empty();

    @Option(
            names = "--restore-command",
            paramLabel = "TEXT",
            description = "Command to restore WAL records from the remote primary")
    private Optional<String> restoreCommand = Optional.empty();

    @Option(
            names = "--primary-slot-name",
            paramLabel = "TEXT",
            description = "Name of the slot on the remote node to use for replication")
    private Optional<String> slot = Optional.empty();

    @Option(names = "--force", description = "Do not ask for confirmation at any point")
    private boolean force;

    @Override
    void run(CtlSession session) {
        if (host.isEmpty() && port.isEmpty() && restoreCommand.isEmpty()) {
            throw new CtlError("At least --host, --port or --restore-command should be specified");
        }
        Mapping section = Mapping.empty()
                .with("host", host.map(Value::of))
                .with("port", port.map(number -> Value.of((long) number)))
                .with("primary_slot_name", slot.map(Value::of))
                .with("restore_command", restoreCommand.map(Value::of));
        new ClusterRole(session, session.cluster(cluster), Optional.of(section)).change(force);
    }
}
