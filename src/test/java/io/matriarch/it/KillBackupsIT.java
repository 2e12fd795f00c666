package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * PostgreSQL archives under load to two repositories, while everything that works with them is killed at random moments, alone or with all that it has started. After each kill
 * both repositories are proven to be consistent; in the end both restore all rows. {@code it/kill-backups} does it for longer.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisabledIfSystemProperty(named = "matriarch.agent", matches = "patroni", disabledReason = "Patroni makes no backups")
final class KillBackupsIT {
    /** Some of the commands are to end before they are killed, so that it's known what they leave behind then. */
    private static final double BEYOND_THE_END = 1.2;

    private static final double LONGEST_PUSH = 0.06;

    private final int kills = Integer.getInteger("matriarch.kills", 6);
    private final long seed = Long.getLong("matriarch.kills.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<Victim, Double> seconds = new EnumMap<>(Victim.class);
    private final Map<Victim, Integer> killed = new EnumMap<>(Victim.class);
    private final Map<String, RepositoryChecker> checkers = new TreeMap<>();
    private int labels;
    private int survived;

    @Test
    void theRepositoriesAreConsistentAfterEachKill() throws IOException {
        System.out.println("kills: " + kills + ", seed " + seed);
        ArchivingServer server = new ArchivingServer();
        boolean passed = false;
        try (server) {
            run(server);
            passed = true;
        } finally {
            System.out.println("killed: " + killed + ", ended before: " + survived
                    + (passed ? "" : "; all is in " + server.home()));
        }
        server.delete();
    }

    private void run(ArchivingServer server) throws IOException {
        for (String repository : ArchivingServer.REPOSITORIES) {
            checkers.put(
                    repository,
                    new RepositoryChecker(server.repository(repository), server.kept(), ArchivingServer.content()));
        }
        try (ArchivingLoad load = new ArchivingLoad(server)) {
            for (String repository : ArchivingServer.REPOSITORIES) {
                for (Victim victim : Victim.values()) {
                    if (!victim.archives()) {
                        measure(server, victim, repository);
                    }
                }
            }
            check(server, "the beginning");
            while (killed.values().stream().mapToInt(Integer::intValue).sum() < kills) {
                String what = kill(server, choose());
                System.out.println(what);
                forgetRemoved(server, check(server, what));
            }
            load.end();
            server.archiveAll();
            finish(server, load.written());
        }
    }

    private void measure(ArchivingServer server, Victim victim, String repository) {
        long begun = System.nanoTime();
        server.must(words(victim, repository).toArray(String[]::new));
        seconds.merge(victim, (System.nanoTime() - begun) / 1e9, Math::max);
        requireNothingLeft(server, victim, repository);
    }

    private Victim choose() {
        int number = random.nextInt(
                Arrays.stream(Victim.values()).mapToInt(Victim::weight).sum());
        for (Victim victim : Victim.values()) {
            number -= victim.weight();
            if (number < 0) {
                return victim;
            }
        }
        throw new IllegalStateException();
    }

    private List<String> words(Victim victim, String repository) {
        return Stream.of(
                        victim.words(),
                        victim.creates() ? List.of("label" + ++labels) : List.<String>of(),
                        List.of("--repository", repository))
                .flatMap(List::stream)
                .toList();
    }

    /** Returns what happened. */
    private String kill(ArchivingServer server, Victim victim) throws IOException {
        String number = (killed.values().stream().mapToInt(Integer::intValue).sum() + 1) + ": ";
        return number
                + switch (victim) {
                    case PUSH -> killPush(server);
                    case PUSH_AHEAD -> killPushAhead(server);
                    case BACKUP, BACKUP_EXPIRE, DUMP, DUMP_EXPIRE, VERIFY, DRILL -> killCommand(server, victim);
                };
    }

    private String killPush(ArchivingServer server) {
        boolean whole = random.nextBoolean();
        double delay = random.nextDouble() * LONGEST_PUSH;
        server.killNextPush(delay);
        String last = segments(server, 3);
        boolean ended = !server.exitCodeOfKilledPush().equals("137");
        if (whole) {
            server.aheadOf("push-ahead").forEach(pid -> ServerProcess.signal("KILL", pid));
        }
        count(Victim.PUSH, ended);
        LocalCluster.await(last + " is archived", 90, () -> server.archived().contains(last));
        return "push" + said(delay, whole, ended);
    }

    private String killPushAhead(ArchivingServer server) {
        String last = segments(server, 6);
        double delay = random.nextDouble() * LONGEST_PUSH;
        pause(delay);
        List<Long> pids = server.aheadOf("push-ahead");
        pids.forEach(pid -> ServerProcess.signal("KILL", pid));
        count(Victim.PUSH_AHEAD, pids.isEmpty());
        LocalCluster.await(last + " is archived", 90, () -> server.archived().contains(last));
        return "push-ahead" + said(delay, true, pids.isEmpty());
    }

    private static String segments(ArchivingServer server, int count) {
        String last = "";
        for (int number = 0; number < count; number++) {
            server.sql("INSERT INTO filling VALUES (1)");
            last = server.switchSegment();
        }
        return last;
    }

    private String killCommand(ArchivingServer server, Victim victim) throws IOException {
        String repository = ArchivingServer.REPOSITORIES.get(random.nextInt(2));
        boolean whole = random.nextBoolean();
        if (victim.expires().isPresent()) {
            ensureThree(server, victim.expires().get(), repository);
        }
        double delay = random.nextDouble() * seconds.getOrDefault(victim, 1.0) * BEYOND_THE_END;
        List<String> words = words(victim, repository);
        Path log = server.home().resolve("command.log");
        Files.deleteIfExists(log);
        long begun = System.nanoTime();
        ServerProcess process = ServerProcess.start(server.home(), log, server.command(words));
        while (process.isRunning() && System.nanoTime() - begun < delay * 1e9) {
            pause(0.002);
        }
        boolean ended = !process.isRunning();
        double lasted = (System.nanoTime() - begun) / 1e9;
        if (ended) {
            assertThat(process.exitCode()).as("%s: %s", words, process.log()).isZero();
            // never less: those that end before their time are the short ones, and kills would come earlier and earlier
            seconds.merge(victim, lasted, Math::max);
            requireNothingLeft(server, victim, repository);
        } else if (whole) {
            process.killWithDescendants();
        } else {
            process.kill();
        }
        count(victim, ended);
        LocalCluster.await(
                "nobody works for " + words + " any more",
                60,
                () -> server.scratchProcesses().isEmpty());
        return String.join(" ", words) + said(delay, whole, ended);
    }

    /** Otherwise there is nothing to remove. */
    private void ensureThree(ArchivingServer server, String kind, String repository) {
        Victim creating = kind.equals("backup") ? Victim.BACKUP : Victim.DUMP;
        checker(repository).problems(Set.of());
        for (int have = checker(repository).labels(kind).size(); have < 3; have++) {
            server.must(words(creating, repository).toArray(String[]::new));
        }
    }

    private void count(Victim victim, boolean ended) {
        if (ended) {
            survived++;
        } else {
            killed.merge(victim, 1, Integer::sum);
        }
    }

    private static String said(double delay, boolean whole, boolean ended) {
        return String.format(
                java.util.Locale.ROOT,
                " after %.3f s: %s",
                delay,
                ended ? "had ended" : whole ? "killed with all it started" : "killed alone");
    }

    /** After a command that has ended by itself, whatever was killed before. */
    private void requireNothingLeft(ArchivingServer server, Victim victim, String repository) {
        victim.scratch()
                .ifPresent(purpose -> assertThat(server.scratch(purpose))
                        .as("after %s", victim)
                        .doesNotExist());
        victim.expires()
                .ifPresent(kind -> assertThat(checker(repository).leftovers(kind))
                        .as("left in %s", repository)
                        .isEmpty());
    }

    /** Returns what was archived before. */
    private Set<String> check(ArchivingServer server, String what) {
        Set<String> archived = server.archived();
        for (Map.Entry<String, RepositoryChecker> checker : checkers.entrySet()) {
            assertThat(checker.getValue().problems(archived))
                    .as("%s after %s; seed %d", checker.getKey(), what, seed)
                    .isEmpty();
            checkLists(server, checker.getKey(), checker.getValue());
        }
        return archived;
    }

    /** What Matriarch itself takes for a backup or dump is one, and is whole. */
    private static void checkLists(ArchivingServer server, String repository, RepositoryChecker checker) {
        Set<String> labels = new TreeSet<>();
        for (Value row : items(server.must("backup", "list", "-f", "json", "--repository", repository))) {
            Mapping backup = (Mapping) row;
            labels.add(backup.text("Label").orElseThrow());
            assertThat(backup.text("Restorable")).as("%s", backup).contains("yes");
        }
        assertThat(labels).isEqualTo(checker.labels("backup"));
        labels.clear();
        for (Value row : items(server.must("dump", "list", "--json", "--repository", repository))) {
            Mapping dump = (Mapping) row;
            labels.add(dump.text("Label").orElseThrow());
            assertThat(dump.text("Complete")).as("%s", dump).contains("yes");
        }
        assertThat(labels).isEqualTo(checker.labels("dump"));
    }

    private static List<Value> items(String json) {
        return ((Value.Sequence) Json.parse(json)).items();
    }

    /** The copies of what no repository had any more when it was checked. */
    private void forgetRemoved(ArchivingServer server, Set<String> archived) throws IOException {
        try (Stream<Path> copies = Files.list(server.kept())) {
            for (Path copy : copies.collect(Collectors.toList())) {
                String name = copy.getFileName().toString();
                if (archived.contains(name) && checkers.values().stream().noneMatch(checker -> checker.holds(name))) {
                    Files.delete(copy);
                }
            }
        }
    }

    private void finish(ArchivingServer server, String written) {
        check(server, "the end");
        for (String repository : ArchivingServer.REPOSITORIES) {
            for (Victim victim : List.of(Victim.BACKUP_EXPIRE, Victim.DUMP_EXPIRE, Victim.DRILL)) {
                server.must(words(victim, repository).toArray(String[]::new));
                requireNothingLeft(server, victim, repository);
            }
            assertThat(server.must("backup", "verify", "--level", "query", "--repository", repository))
                    .contains("query: ");
            server.must("dump", "verify", "latest", "--repository", repository);
            assertThat(server.restored(repository, ArchivingLoad.COUNT))
                    .as("the rows restored from %s", repository)
                    .isEqualTo(written);
        }
        LocalCluster.await(
                "nobody works ahead of a drill any more",
                60,
                () -> server.aheadOf("fetch-ahead").isEmpty());
    }

    private RepositoryChecker checker(String repository) {
        return java.util.Optional.ofNullable(checkers.get(repository)).orElseThrow();
    }

    private static void pause(double seconds) {
        try {
            Thread.sleep(Math.round(seconds * 1000));
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }
}
