package io.matriarch.cli;

import io.matriarch.cli.Table.Column;
import io.matriarch.cluster.History;
import io.matriarch.value.Value;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl history: when and why the leader changed. */
@Command(name = "history")
final class HistoryCommand extends CtlCommand {
    @Parameters(arity = "0..1", paramLabel = "CLUSTER_NAME")
    private Optional<String> cluster = Optional.empty();

    @Option(
            names = {"-f", "--format"},
            paramLabel = "[pretty|tsv|json|yaml|yml]",
            description = "Output format")
    private OutputFormat format = OutputFormat.PRETTY;

    @Override
    void run(CtlSession session) {
        History history = session.cluster(cluster).read().history();
        List<Column> columns = List.of(
                new Column("TL", true),
                new Column("LSN", true),
                new Column("Reason", false),
                new Column("Timestamp", false),
                new Column("New Leader", false));
        Listing listing = new Listing(
                "",
                columns.stream().map(Column::heading).toList(),
                columns,
                history.entries().stream().map(HistoryCommand::row).toList(),
                Set.of());
        session.terminal().echo(listing.render(format));
    }

    private static List<Value> row(History.Entry entry) {
        return List.of(
                Value.of(entry.timeline()),
                Value.of(entry.end().bytes()),
                Value.of(entry.reason()),
                Value.of(entry.timestamp().orElse("")),
                Value.of(entry.newLeader().orElse("")));
    }
}
