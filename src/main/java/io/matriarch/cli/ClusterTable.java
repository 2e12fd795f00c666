package io.matriarch.cli;

import io.matriarch.cli.Table.Column;
import io.matriarch.cluster.ClusterDocument;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.ServerAddress;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The members of a cluster as patronictl prints them (reference 7.2). */
final class ClusterTable {
    private final String cluster;
    private final OutputFormat format;
    private final boolean extended;
    private final Mapping document;
    private final String initialized;
    private final List<Mapping> members;

    private ClusterTable(ClusterView view, String cluster, OutputFormat format, boolean extended) {
        this.cluster = cluster;
        this.format = format;
        this.extended = extended;
        this.document = ClusterDocument.of(view);
        this.initialized = view.initialize()
                .map(identifier -> identifier.isEmpty() ? "initializing" : identifier)
                .orElse("uninitialized");
        this.members = document.items("members").stream()
                .filter(Mapping.class::isInstance)
                .map(Mapping.class::cast)
                .toList();
    }

    /**
     * The table, and below it, in formats for people, whether the cluster is paused and what is scheduled.
     *
     * @param extended shows the columns about restarts and tags also when they are empty
     */
    static String render(ClusterView view, String cluster, OutputFormat format, boolean extended) {
        return new ClusterTable(view, cluster, format, extended).render();
    }

    private String render() {
        String listing = listing().render(format);
        return format.isTable() ? listing + serviceInformation() : listing;
    }

    private Listing listing() {
        List<Cell> cells = cells();
        List<MemberRow> rows = format == OutputFormat.TOPOLOGY
                ? Topology.sort(members)
                : members.stream()
                        .map(member -> new MemberRow(member.text("name").orElse(""), member))
                        .toList();
        return new Listing(
                " Cluster: " + cluster + " (" + initialized + ") ",
                cells.stream().map(Cell::key).toList(),
                cells.stream()
                        .map(cell -> new Column(cell.heading(), cell.right()))
                        .toList(),
                rows.stream()
                        .map(row -> cells.stream()
                                .map(cell -> cell.value().apply(row))
                                .toList())
                        .toList(),
                Set.of("Cluster"));
    }

    /** A column: its name for machines, its heading in a table, and how to get its value from a row. */
    private record Cell(String key, String heading, boolean right, Function<MemberRow, Value> value) {
        private static Cell left(String key, Function<MemberRow, String> text) {
            return new Cell(key, key, false, row -> Value.of(text.apply(row)));
        }

        private static Cell right(String key, String heading, Function<MemberRow, Value> value) {
            return new Cell(key, heading, true, value);
        }
    }

    private List<Cell> cells() {
        boolean withPort = withPort();
        List<Cell> cells = new ArrayList<>(List.of(
                Cell.left("Cluster", _ -> cluster),
                Cell.left("Member", MemberRow::name),
                Cell.left("Host", row -> row.host(withPort)),
                Cell.left("Role", MemberRow::role),
                Cell.left("State", row -> row.member().text("state").orElse("")),
                Cell.right("TL", "TL", MemberRow::timeline),
                Cell.right("Receive LSN", "Receive LSN", row -> row.lsn("receive")),
                Cell.right("Receive Lag", "Lag", row -> row.lag("receive")),
                Cell.right("Replay LSN", "Replay LSN", row -> row.lsn("replay")),
                Cell.right("Replay Lag", "Lag", row -> row.lag("replay"))));
        addIfUsed(cells, "pending_restart", Cell.left("Pending restart", MemberRow::pendingRestart));
        addIfUsed(
                cells,
                "pending_restart_reason",
                Cell.left("Pending restart reason", row -> row.pendingRestartReason(format.isTable())));
        addIfUsed(cells, "scheduled_restart", Cell.left("Scheduled restart", MemberRow::scheduledRestart));
        addIfUsed(cells, "tags", new Cell("Tags", "Tags", false, MemberRow::tags));
        return cells;
    }

    private void addIfUsed(List<Cell> cells, String field, Cell cell) {
        boolean used = members.stream()
                .filter(member -> member.find("host").isPresent())
                .flatMap(member -> member.find(field).stream())
                .anyMatch(value -> !isEmpty(value));
        if (extended || used) {
            cells.add(cell);
        }
    }

    private static boolean isEmpty(Value value) {
        return switch (value) {
            case Mapping mapping -> mapping.isEmpty();
            case Value.Bool(boolean truth) -> !truth;
            case Value.Text(String text) -> text.isEmpty();
            case Value.Null() -> true;
            case Value.Whole _, Value.Decimal _, Value.Sequence _ -> false;
        };
    }

    /** Somebody's port isn't PostgreSQL's own, or two members share a host. */
    private boolean withPort() {
        List<String> hosts =
                members.stream().flatMap(member -> member.text("host").stream()).toList();
        boolean unusual = members.stream()
                .flatMapToLong(member -> member.whole("port").stream())
                .anyMatch(port -> port != ServerAddress.DEFAULT_PORT);
        return unusual || hosts.stream().distinct().count() < hosts.size();
    }

    private String serviceInformation() {
        StringBuilder information = new StringBuilder();
        if (document.bool("pause").orElse(false)) {
            information.append("\n Maintenance mode: on");
        }
        Mapping scheduled = document.mapping("scheduled_switchover");
        scheduled
                .text("at")
                .ifPresent(
                        at -> information.append("\n Switchover scheduled at: ").append(at));
        appendName(information, "from", scheduled.text("from"));
        appendName(information, "to", scheduled.text("to"));
        return information.toString();
    }

    private static void appendName(StringBuilder information, String label, Optional<String> name) {
        name.ifPresent(text -> information
                .append('\n')
                .repeat(' ', 24 - label.length())
                .append(label)
                .append(": ")
                .append(text));
    }
}
