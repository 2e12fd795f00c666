package io.matriarch.cluster;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The section {@code backup_jobs} of the dynamic configuration, Matriarch's own: what is done when, and by whom.
 *
 * @param schedules of the jobs that have one
 * @param node who does them
 * @param grace when nobody could do a job for so long, that is a failure
 * @param maxRate of base backups, in PostgreSQL's units
 * @param repositories with which the jobs work
 */
public record JobSettings(
        Map<JobKind, Cron> schedules,
        Node node,
        Duration grace,
        Optional<String> maxRate,
        JobRepositories repositories) {
    static final String SECTION = "backup_jobs";

    private static final Duration GRACE = Duration.ofHours(1);
    private static final long LONGEST_GRACE = 31_536_000;
    private static final List<String> OTHERS = List.of("node", "timezone", "grace", "max_rate", JobRepositories.KEY);

    /** Who does the jobs. */
    public enum Node {
        /** A replica; the leader when there is none. */
        REPLICA("replica"),
        /** A replica; nobody when there is none. */
        REPLICA_ONLY("replica_only"),
        LEADER("leader");

        private final String word;

        Node(String word) {
            this.word = word;
        }

        static Optional<Node> of(String word) {
            for (Node node : values()) {
                if (node.word.equals(word)) {
                    return Optional.of(node);
                }
            }
            return Optional.empty();
        }
    }

    public JobSettings {
        schedules = Map.copyOf(schedules);
    }

    /** What is wrong in it doesn't count; {@link #problems} tells. */
    public static JobSettings of(DynamicConfiguration config) {
        Mapping section = config.raw().mapping(SECTION);
        ZoneId zone = section.text("timezone").flatMap(Cron::zone).orElse(ZoneOffset.UTC);
        Map<JobKind, Cron> schedules = new EnumMap<>(JobKind.class);
        for (JobKind kind : JobKind.values()) {
            section.text(kind.word())
                    .filter(text -> Cron.problem(text).isEmpty())
                    .ifPresent(text -> schedules.put(kind, new Cron(text, zone)));
        }
        return new JobSettings(
                schedules,
                section.text("node").flatMap(Node::of).orElse(Node.REPLICA),
                section.whole("grace").stream()
                        .filter(JobSettings::isGrace)
                        .mapToObj(Duration::ofSeconds)
                        .findFirst()
                        .orElse(GRACE),
                section.text("max_rate").filter(JobRate::isOne),
                JobRepositories.of(section.mapping(JobRepositories.KEY)));
    }

    /** What is wrong with the section, for a person. */
    static List<String> problems(Value value) {
        if (!(value instanceof Mapping section)) {
            return List.of(SECTION + ": a mapping is expected here");
        }
        List<String> problems = new ArrayList<>();
        section.entries().forEach((key, entry) -> {
            if (!(entry instanceof Value.Null)) {
                problem(key, entry).ifPresent(text -> problems.add(SECTION + "." + key + ": " + text));
            }
        });
        return problems;
    }

    private static Optional<String> problem(String key, Value value) {
        String text = value.asText().orElse("");
        if (JobKind.of(key).isPresent()) {
            return Cron.problem(text);
        }
        return switch (key) {
            case "node" -> wrong(Node.of(text).isEmpty(), text, "isn't one of replica, replica_only, leader");
            case "timezone" -> wrong(Cron.zone(text).isEmpty(), text, "isn't a time zone such as Europe/Berlin or UTC");
            case "grace" ->
                wrong(
                        value.asWhole().stream().noneMatch(JobSettings::isGrace),
                        text,
                        "isn't a number of seconds from 1 to " + LONGEST_GRACE);
            case "max_rate" ->
                wrong(!JobRate.isOne(text), text, "isn't a rate from " + JobRate.RANGE + ", such as 50MB");
            case JobRepositories.KEY -> JobRepositories.problem(value);
            default -> {
                String known = JobKind.words() + ", " + String.join(", ", OTHERS);
                yield Optional.of("there is no such setting; allowed here are " + known);
            }
        };
    }

    private static Optional<String> wrong(boolean wrong, String text, String why) {
        return wrong ? Optional.of("'" + text + "' " + why) : Optional.empty();
    }

    private static boolean isGrace(long seconds) {
        return seconds >= 1 && seconds <= LONGEST_GRACE;
    }
}
