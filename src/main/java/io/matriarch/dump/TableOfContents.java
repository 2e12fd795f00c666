package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code pg_restore --list --verbose} prints: the entries of a dump, and which of them need which others. */
record TableOfContents(List<Entry> entries) {
    private static final Pattern ENTRY = Pattern.compile("([0-9]+); [0-9]+ [0-9]+ (.*)");
    private static final Pattern NEEDS = Pattern.compile(";\\s+depends on:((?: [0-9]+)+)");

    /** What goes with a table because it needs it. */
    private static final List<String> ATTACHED = List.of(
            "TABLE DATA",
            "INDEX",
            "INDEX ATTACH",
            "TABLE ATTACH",
            "SEQUENCE",
            "SEQUENCE OWNED BY",
            "SEQUENCE SET",
            "STATISTICS",
            "STATISTICS DATA",
            "ACL",
            "COMMENT",
            "SECURITY LABEL");

    /** Those that another table's may need the table, too; their names begin with that of their own table. */
    private static final List<String> NAMED = List.of(
            "DEFAULT", "CONSTRAINT", "CHECK CONSTRAINT", "FK CONSTRAINT", "TRIGGER", "RULE", "POLICY", "ROW SECURITY");

    /** Longer ones first: some begin like others. */
    private static final List<String> KINDS = Stream.of(ATTACHED, NAMED, List.of("TABLE", "SCHEMA"))
            .flatMap(List::stream)
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();

    TableOfContents {
        entries = List.copyOf(entries);
    }

    /**
     * One entry.
     *
     * @param kind empty if it's none that is looked for here
     * @param rest the schema, the name and the owner, with spaces between, which may be in each of them as well
     * @param needs the numbers of other entries
     * @param line as pg_restore wants it back
     */
    record Entry(long number, String kind, String rest, Set<Long> needs, String line) {
        Entry {
            needs = Set.copyOf(needs);
        }

        boolean is(String wanted) {
            return kind.equals(wanted);
        }
    }

    static TableOfContents parse(String listing) {
        List<Entry> entries = new ArrayList<>();
        for (String line : listing.lines().toList()) {
            Matcher entry = ENTRY.matcher(line);
            Matcher needs = NEEDS.matcher(line);
            if (entry.matches()) {
                String text = entry.group(2);
                String kind = KINDS.stream()
                        .filter(each -> text.startsWith(each + " "))
                        .findFirst()
                        .orElse("");
                String rest = kind.isEmpty() ? text : text.substring(kind.length() + 1);
                entries.add(new Entry(Long.parseLong(entry.group(1)), kind, rest, Set.of(), line));
            } else if (needs.matches() && !entries.isEmpty()) {
                Entry last = entries.removeLast();
                Set<Long> numbers =
                        new HashSet<>(Arrays.stream(needs.group(1).strip().split(" ", -1))
                                .map(Long::parseLong)
                                .toList());
                entries.add(new Entry(last.number(), last.kind(), last.rest(), numbers, last.line()));
            }
        }
        return new TableOfContents(entries);
    }

    /** Those of which the dump must have a file of their number. */
    List<Entry> data() {
        return entries.stream().filter(entry -> entry.is("TABLE DATA")).toList();
    }

    /** Those of {@code wanted} that have no entry. A name with a line's end is listed with a space instead. */
    List<TableName> lacking(List<TableName> wanted) {
        List<String> listed = entries.stream()
                .filter(entry -> entry.is("TABLE"))
                .map(entry -> entry.rest() + " ")
                .toList();
        // all but the owner is the name; there are many tables, and each is looked up
        Set<String> names = new HashSet<>();
        for (String rest : listed) {
            for (int space = rest.indexOf(' '); space >= 0; space = rest.indexOf(' ', space + 1)) {
                names.add(rest.substring(0, space));
            }
        }
        return wanted.stream()
                .filter(table -> !names.contains(table.listed().replaceAll("[\\r\\n]", " ")))
                .toList();
    }

    int tables() {
        return (int) entries.stream().filter(entry -> entry.is("TABLE")).count();
    }

    /**
     * Tables with what belongs to them: data, indexes, constraints, triggers, own sequences and so on.
     *
     * @param withSchemas whether their schemas are wanted, too
     * @throws ArchiveException if a table isn't there
     */
    TableOfContents only(List<TableName> tables, Set<String> withSchemas) throws ArchiveException {
        Set<Long> chosen = new HashSet<>();
        for (TableName table : tables) {
            chosen.add(find(table).number());
        }
        Set<Long> unchosenTables = new HashSet<>();
        entries.stream()
                .filter(entry -> entry.is("TABLE") && !chosen.contains(entry.number()))
                .forEach(entry -> unchosenTables.add(entry.number()));
        boolean more = true;
        while (more) {
            more = false;
            for (Entry entry : entries) {
                if (!chosen.contains(entry.number()) && belongs(entry, tables, chosen, unchosenTables)) {
                    chosen.add(entry.number());
                    more = true;
                }
            }
        }
        return new TableOfContents(entries.stream()
                .filter(entry -> chosen.contains(entry.number())
                        || (entry.is("SCHEMA")
                                && withSchemas.stream()
                                        .anyMatch(schema -> entry.rest().startsWith("- " + schema + " "))))
                .toList());
    }

    private static boolean belongs(Entry entry, List<TableName> tables, Set<Long> chosen, Set<Long> unchosenTables) {
        if (NAMED.contains(entry.kind())) {
            return tables.stream().anyMatch(table -> entry.rest().startsWith(table.listed() + " "));
        }
        if (entry.kind().endsWith(" ATTACH")) {
            return !entry.needs().isEmpty() && chosen.containsAll(entry.needs());
        }
        return ATTACHED.contains(entry.kind())
                && entry.needs().stream().anyMatch(chosen::contains)
                && entry.needs().stream().noneMatch(unchosenTables::contains);
    }

    private Entry find(TableName table) throws ArchiveException {
        List<Entry> found = entries.stream()
                .filter(entry -> entry.is("TABLE") && entry.rest().startsWith(table.listed() + " "))
                .toList();
        if (found.size() > 1) {
            // another one has a name with a space, which seems to belong to the owner here
            found = found.stream()
                    .filter(entry -> entry.rest().indexOf(' ', table.listed().length() + 1) < 0)
                    .toList();
        }
        if (found.size() != 1) {
            throw new ArchiveException(
                    found.isEmpty()
                            ? "the dump has no table " + table
                            : "the table " + table + " can't be told from another one in the dump");
        }
        return found.getFirst();
    }

    /** For {@code pg_restore --use-list}. */
    String list() {
        StringBuilder text = new StringBuilder();
        entries.forEach(entry -> text.append(entry.line()).append('\n'));
        return text.toString();
    }
}
