package io.matriarch.doctor;

import static io.matriarch.doctor.Patients.complaints;
import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.HostPort;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.ParameterOpinion;
import io.matriarch.config.WatchdogSettings;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each check of a node finds in folders, files and ports. */
final class NodeChecksTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path home;

    private Path data;

    @BeforeEach
    void makeDataDirectory() throws IOException {
        data = Files.createDirectory(home.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(data.resolve("PG_VERSION"), "15\n");
    }

    private Loaded<Configuration> loaded(String... more) throws IOException {
        Path file = home.resolve("node.yml");
        Files.writeString(file, """
                scope: batman
                name: a
                restapi: {listen: 127.0.0.1:8008}
                etcd3: {hosts: 127.0.0.1:2379}
                postgresql:
                  listen: 127.0.0.1:5432
                  data_dir: %s
                  pgpass: %s/pgpass
                  bin_dir: /usr/lib/postgresql/15/bin
                  authentication: {replication: {username: replicator, password: secret}}
                """.formatted(data, home) + String.join("\n", more));
        return (Loaded<Configuration>) ConfigurationLoader.load(Optional.of(file), Map.of());
    }

    private static String owner(Path path) throws IOException {
        return Files.getOwner(path).getName();
    }

    @Test
    void aDataDirectoryIsItsUsersOwn() throws IOException {
        String owner = owner(data);
        if (!owner.equals("root")) {
            assertThat(complaints(new DataDirectoryCheck(data, owner))).isEmpty();
        }
        assertThat(complaints(new DataDirectoryCheck(data, "somebody")))
                .containsExactly("ERROR " + data + ": it belongs to " + owner + ", and this runs as somebody");
        assertThat(complaints(new DataDirectoryCheck(home.resolve("nowhere"), owner)))
                .containsExactly("WARNING " + home.resolve("nowhere") + ": it doesn't exist");
    }

    @Test
    void aDataDirectoryThatOthersReadIsAnError() throws IOException {
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(complaints(new DataDirectoryCheck(data, owner(data))))
                .anyMatch(text -> text.contains("its permissions are rwxr-xr-x"));
    }

    @Test
    void foldersBesideItMustBeThere() throws IOException {
        Configuration configuration = loaded().configuration();
        assertThat(complaints(new FoldersCheck(configuration.postgresql(), List.of(home.toString()))))
                .isEmpty();
        assertThat(complaints(new FoldersCheck(configuration.postgresql(), List.of(home + "/run"))))
                .containsExactly("ERROR " + home
                        + "/run: unix_socket_directories names it, and it doesn't exist: PostgreSQL will not start");
        Files.writeString(home.resolve("pgpass"), "");
        Files.setPosixFilePermissions(home.resolve("pgpass"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(complaints(new FoldersCheck(configuration.postgresql(), List.of())))
                .containsExactly("WARNING " + home
                        + "/pgpass: its permissions are rw-r--r--, and libpq passes over it when others can read it");
    }

    private List<String> ports(String answering, boolean postmaster, boolean taken) throws IOException {
        MemberReport own = answering.isEmpty()
                ? Patients.silent("a")
                : Patients.answering("a", "{\"patroni\": {\"name\": \"" + answering + "\"}}");
        Function<HostPort, Optional<String>> obstacle = _ -> taken ? Optional.of("in use") : Optional.empty();
        return complaints(new PortsCheck(loaded().configuration(), own, postmaster, obstacle));
    }

    @Test
    void portsAreTheNodesOwnOrFree() throws IOException {
        assertThat(ports("a", true, true)).isEmpty();
        assertThat(ports("other", true, true))
                .containsExactly("ERROR restapi.listen 127.0.0.1:8008: the agent of another node answers: other");
        assertThat(ports("", false, false))
                .containsExactly(
                        "ERROR restapi.listen 127.0.0.1:8008: nobody listens: the agent isn't running",
                        "WARNING postgresql.listen 127.0.0.1:5432: free: PostgreSQL doesn't run");
        assertThat(ports("a", false, true))
                .containsExactly(
                        "ERROR postgresql.listen 127.0.0.1:5432: PostgreSQL doesn't run, and couldn't: in use");
        assertThat(ports("a", true, false))
                .containsExactly("ERROR postgresql.listen 127.0.0.1:5432: PostgreSQL runs and doesn't listen there");
    }

    private List<String> space(long free, long size) {
        return complaints(new SpaceCheck(data, _ -> new SpaceCheck.Volume("disk", free, size)));
    }

    @Test
    void littleSpaceIsAWarningAndHardlyAnyAnError() {
        assertThat(space(50L << 30, 100L << 30)).isEmpty();
        assertThat(space(5L << 30, 100L << 30)).containsExactly("WARNING " + data + ": 5.0 GB free of 100 GB (5 %)");
        assertThat(space(1L << 30, 100L << 30)).containsExactly("ERROR " + data + ": 1.0 GB free of 100 GB (1 %)");
        assertThat(space(100L << 20, 200L << 20)).containsExactly("ERROR " + data + ": 100 MB free of 200 MB (50 %)");
    }

    @Test
    void theWalsOwnVolumeIsLookedAtToo() throws IOException {
        Path wal = Files.createDirectory(data.resolve("pg_wal"));
        SpaceCheck check = new SpaceCheck(
                data,
                folder -> folder.equals(wal)
                        ? new SpaceCheck.Volume("wal", 1 << 20, 1 << 30)
                        : new SpaceCheck.Volume("data", 50L << 30, 60L << 30));
        assertThat(complaints(check)).containsExactly("ERROR " + wal + ": 1.0 MB free of 1.0 GB (0 %)");
    }

    private static List<String> watchdog(String mode, Path device, int ttl) {
        WatchdogSettings settings =
                WatchdogSettings.of(Mapping.empty().with("mode", mode).with("device", device.toString()));
        return complaints(new WatchdogCheck(settings, Duration.ofSeconds(ttl), Duration.ofSeconds(20)));
    }

    @Test
    void aRequiredWatchdogMustBeUsable() throws IOException {
        Path none = home.resolve("none");
        assertThat(watchdog("off", none, 30)).isEmpty();
        assertThat(watchdog("automatic", none, 30)).isEmpty();
        assertThat(watchdog("required", none, 30))
                .containsExactly("ERROR " + none
                        + ": watchdog.mode is required, and the device doesn't exist: this node can't lead");
        Path device = Files.createFile(home.resolve("device"));
        assertThat(watchdog("required", device, 30)).isEmpty();
        assertThat(watchdog("automatic", device, 21))
                .containsExactly(
                        "ERROR " + device
                                + ": with this ttl, loop_wait and watchdog.safety_margin it would act between two signs of life");
    }

    private void process(int pid, int parent, String... words) throws IOException {
        Path folder = Files.createDirectories(home.resolve("proc/" + pid));
        Files.writeString(folder.resolve("cmdline"), String.join("\0", words) + "\0");
        Files.writeString(folder.resolve("stat"), pid + " (matriarch) S " + parent + " 1 1");
    }

    private List<String> guard() {
        return complaints(new GuardCheck(home.resolve("proc"), home.resolve("node.yml"), true));
    }

    @Test
    void anAgentWithoutItsGuardIsAWarning() throws IOException {
        String file = Files.writeString(home.resolve("node.yml"), "").toString();
        process(1, 0, "init");
        process(20, 1, "/usr/bin/matriarch", file);
        process(21, 20, "/usr/bin/matriarch", "agent", "-Xmx32m", file);
        assertThat(guard()).isEmpty();
        process(21, 1, "/usr/bin/matriarch", "agent", file);
        assertThat(guard())
                .hasSize(1)
                .allMatch(text -> text.startsWith("WARNING process 21: the agent runs without a guard"));
        process(21, 1, "/usr/bin/matriarch", "agent", "/another/node.yml");
        assertThat(guard()).isEmpty();
    }

    private static List<String> certificate(Duration left) {
        List<Certificate> certificates = List.of(new Certificate("it", Optional.of(NOW.plus(left)), ""));
        return complaints(new CertificatesCheck(() -> certificates, NOW));
    }

    @Test
    void aCertificateThatEndsSoonIsFound() {
        assertThat(certificate(Duration.ofDays(40))).isEmpty();
        assertThat(certificate(Duration.ofDays(20)))
                .containsExactly("WARNING it: its certificate lasts 20 days more, until 2026-01-21T00:00:00Z");
        assertThat(certificate(Duration.ofDays(2)))
                .containsExactly("ERROR it: its certificate lasts only 2 days more, until 2026-01-03T00:00:00Z");
        assertThat(certificate(Duration.ofDays(-1)))
                .containsExactly("ERROR it: its certificate ended at 2025-12-31T00:00:00Z");
    }

    @Test
    void aFileWithoutCertificateIsUnknown() throws IOException {
        Path file = Files.writeString(home.resolve("empty.pem"), "");
        List<Certificate> certificates = List.of(CertificateFiles.read("restapi.certfile", file));
        assertThat(complaints(new CertificatesCheck(() -> certificates, NOW)))
                .hasSize(1)
                .allMatch(text -> text.startsWith(
                        "UNKNOWN restapi.certfile: its certificate can't be read: the file holds none"));
    }

    @Test
    void mistakesOfTheConfigurationAreErrorsAndDoubtsWarnings() throws IOException {
        Function<Configuration, ParameterOpinion> server =
                _ -> new ParameterOpinion(List.of("work_mem: wrong"), List.of("foo: unknown"));
        Check check = new ConfigurationCheck(
                loaded("tags: {nofailover: true, failover_priority: 2}", "watchdgo: {}"), Patients.healthy(), server);
        assertThat(complaints(check))
                .hasSize(4)
                .anyMatch(text -> text.startsWith("ERROR") && text.contains("Conflicting configuration"))
                .anyMatch(text -> text.startsWith("WARNING") && text.contains("is watchdog meant?"))
                .contains("ERROR local configuration: work_mem: wrong", "WARNING local configuration: foo: unknown");
    }
}
