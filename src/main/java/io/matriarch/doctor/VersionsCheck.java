package io.matriarch.doctor;

import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All members have the same PostgreSQL and the same agent. */
final class VersionsCheck implements Check {
    private static final long MAJOR = 10_000;

    private final Patient patient;

    VersionsCheck(Patient patient) {
        this.patient = patient;
    }

    @Override
    public String name() {
        return "versions";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        Map<String, Set<String>> servers = by(status -> status.whole("server_version").stream()
                .mapToObj(version -> (version / MAJOR) + "." + (version % MAJOR))
                .findFirst());
        Map<String, Set<String>> agents = by(status -> status.mapping("patroni").text("version"));
        long majors = servers.keySet().stream()
                .map(version -> version.split("\\.", 2)[0])
                .distinct()
                .count();
        if (majors > 1) {
            report.error(
                    "PostgreSQL",
                    "major versions differ: " + text(servers),
                    "WAL can't be streamed between them: upgrade all members together");
        } else if (servers.size() > 1) {
            report.warning(
                    "PostgreSQL", "versions differ: " + text(servers), "update the standbys first, the primary last");
        }
        if (agents.size() > 1) {
            report.warning("agent", "versions of Matriarch or Patroni differ: " + text(agents), "finish the update");
        }
        return report.findingsOr(
                "cluster",
                servers.isEmpty()
                        ? "no member tells its version"
                        : "PostgreSQL " + text(servers) + "; REST as of Patroni " + text(agents));
    }

    private Map<String, Set<String>> by(Function<Mapping, Optional<String>> version) {
        Map<String, Set<String>> found = new TreeMap<>();
        patient.members()
                .forEach(member -> member.status()
                        .flatMap(version)
                        .ifPresent(text -> found.computeIfAbsent(text, _ -> new TreeSet<>())
                                .add(member.name())));
        return found;
    }

    private static String text(Map<String, Set<String>> versions) {
        return versions.entrySet().stream()
                .map(entry -> entry.getKey() + " (" + String.join(", ", entry.getValue()) + ")")
                .collect(Collectors.joining(", "));
    }
}
