package io.matriarch.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every fault beside what Patroni makes of it: it/faults runs it, and the table says what came out. The properties {@code matriarch.faults} and
 * {@code matriarch.faults.agents} choose some.
 */
final class FaultTable {
    private static final Path TABLE = Path.of("target/faults.md");

    private final Map<Fault, Map<AgentProgram, String>> cells = new EnumMap<>(Fault.class);

    @Test
    void everyFaultWithMatriarchAndPatroni() throws IOException {
        List<AgentProgram> programs = Stream.of(System.getProperty("matriarch.faults.agents", "matriarch,patroni")
                        .split(",", -1))
                .map(name -> AgentProgram.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
        for (AgentProgram program : programs) {
            run(program);
        }
        System.out.println(table());
    }

    private static EnumSet<Fault> chosen() {
        String names = System.getProperty("matriarch.faults", "");
        EnumSet<Fault> faults = names.isEmpty() ? EnumSet.allOf(Fault.class) : EnumSet.noneOf(Fault.class);
        if (!names.isEmpty()) {
            for (String name : names.split(",", -1)) {
                faults.add(Fault.valueOf(name.toUpperCase(Locale.ROOT)));
            }
        }
        return faults;
    }

    private void run(AgentProgram program) throws IOException {
        FaultRun run = new FaultRun(program);
        try {
            for (Fault fault : chosen()) {
                String cell;
                if (fault.concerns(program)) {
                    FaultRun.Verdict verdict = run.verdict(fault);
                    cell = verdict.cell();
                    verdict.primaries().forEach(System.out::println);
                    verdict.trouble().ifPresent(System.out::println);
                    if (verdict.trouble().isPresent()) {
                        System.out.println(run.cluster().tails());
                        run.close();
                        run = new FaultRun(program);
                    }
                } else {
                    cell = "has none";
                }
                System.out.println(program + ": " + fault.title() + ": " + cell);
                cells.computeIfAbsent(fault, _ -> new EnumMap<>(AgentProgram.class))
                        .put(program, cell);
                Files.writeString(TABLE, table());
            }
        } finally {
            run.close();
        }
    }

    private String table() {
        StringBuilder table = new StringBuilder("| fault | Matriarch | Patroni |\n| --- | --- | --- |\n");
        cells.forEach((fault, verdicts) -> table.append("| ")
                .append(String.join(
                        " | ",
                        fault.title(),
                        verdicts.getOrDefault(AgentProgram.MATRIARCH, "not tried"),
                        verdicts.getOrDefault(AgentProgram.PATRONI, "not tried")))
                .append(" |\n"));
        return table.toString();
    }
}
