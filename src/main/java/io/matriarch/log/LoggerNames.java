package io.matriarch.log;

import java.util.List;
import java.util.Locale;

/** Our loggers for the names of Patroni's modules (reference 2.3), and those for ours; other names are taken as they are. */
final class LoggerNames {
    private static final String OWN = "io.matriarch.";

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
            case "api" ->
                List.of("io.matriarch.rest", "io.matriarch.agent.RestSocket", "io.matriarch.agent.StatusReport");
            case "__main__" -> List.of("io.matriarch.agent.Agent");
            case "config" -> List.of("io.matriarch.config");
            case "watchdog" -> List.of("io.matriarch.agent.Watchdog", "io.matriarch.agent.KernelWatchdog");
            case "request" -> List.of("io.matriarch.agent.HttpPeers");
            default -> List.of();
        };
    }

    /** The name of Patroni's module that says such things, since people search for it. */
    static String patronis(String own) {
        if (!own.startsWith(OWN)) {
            return own;
        }
        String name = own.substring(OWN.length());
        return switch (name.replaceFirst("\\..*$", "")) {
            case "ha" -> "patroni.ha";
            case "agent" ->
                switch (name.substring(name.indexOf('.') + 1)) {
                    case "Watchdog", "KernelWatchdog" -> "patroni.watchdog.base";
                    case "HttpPeers" -> "patroni.request";
                    case "RestSocket", "StatusReport" -> "patroni.api";
                    case "Agent" -> "patroni.__main__";
                    default -> "patroni.ha";
                };
            case "postgres" -> "patroni.postgresql";
            case "dcs" -> "patroni.dcs.etcd3";
            case "rest" -> "patroni.api";
            case "config" -> "patroni.config";
            default -> "patroni";
        };
    }
}
