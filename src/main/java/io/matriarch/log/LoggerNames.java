package io.matriarch.log;

import java.util.List;
import java.util.Locale;

/** Our loggers for the names of Patroni's modules (reference 2.3); other names are taken as they are. */
final class LoggerNames {
    private LoggerNames() {}

    static List<String> of(String python) {
        String name = python.toLowerCase(Locale.ROOT);
        if (name.equals("patroni")) {
            return List.of("io.matriarch");
        }
        if (!name.startsWith("patroni.")) {
            return List.of(python);
        }
        String module = name.replaceFirst("^patroni\\.", "").replaceFirst("\\..*$", "");
        return switch (module) {
            case "ha" -> List.of("io.matriarch.ha", "io.matriarch.agent");
            case "postgresql" -> List.of("io.matriarch.postgres");
            case "dcs" -> List.of("io.matriarch.dcs");
            case "api" -> List.of("io.matriarch.rest");
            case "config" -> List.of("io.matriarch.config");
            case "watchdog" -> List.of("io.matriarch.agent.Watchdog", "io.matriarch.agent.KernelWatchdog");
            case "request" -> List.of("io.matriarch.agent.HttpPeers");
            default -> List.of();
        };
    }
}
