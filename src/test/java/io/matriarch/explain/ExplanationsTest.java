package io.matriarch.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cli.OutputFormat;
import io.matriarch.cluster.Role;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.explain.Explanations.Found;
import io.matriarch.explain.ServerView.FileLine;
import io.matriarch.explain.ServerView.Parameter;
import io.matriarch.explain.Situation.Dynamic;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where each value comes from, what it hides, and what changing it does. */
final class ExplanationsTest {
    private static final String DYNAMIC = """
            {"ttl": 40, "loop_wait": 30, "retry_timeout": 10, "check_timeline": "perhaps",
             "postgresql": {"pg_hba": ["local all all trust"], "use_pg_rewind": true, "use_slots": false,
              "data_dir": "/ignored", "parameters": {"max_connections": 120, "Work_Mem": "5MB", "port": 6000,
               "wal_level": "minimal", "archive_command": "SECRET_TOKEN=zalando push %p"}}}""";

    @TempDir
    private Path home;

    private Path file() {
        return home.resolve("node.yml");
    }

    private Explanations explanations(ServerView server, Map<String, String> environment, String... more)
            throws IOException {
        Path file = file();
        Files.writeString(file, """
                scope: batman
                name: a
                ttl: 99
                restapi: {listen: 127.0.0.1:8008}
                etcd3: {hosts: 127.0.0.1:2379}
                bootstrap: {dcs: {ttl: 25}}
                postgresql:
                  listen: 127.0.0.1:5432
                  data_dir: /data
                  use_slots: true
                  pg_hba: [host all all all md5]
                  authentication: {superuser: {username: postgres, password: zalando}}
                  parameters: {work_mem: 6MB, max_connections: 7, shared_buffers: 1GB}
                  parameters_primary: {shared_buffers: 2GB}
                """ + String.join("\n", more));
        Optional<Path> path = Optional.of(file);
        Configuration configuration =
                ((Loaded<Configuration>) ConfigurationLoader.load(path, environment)).configuration();
        return new Explanations(new Situation(
                configuration,
                ConfigurationLoader.layers(path, environment),
                new Dynamic("DCS /config", (Mapping) Json.parse(DYNAMIC), Optional.empty()),
                Role.PRIMARY,
                server));
    }

    private static ServerView server(FileLine... files) {
        return new ServerView(
                Optional.empty(),
                Map.of(
                        "max_connections", parameter("postmaster", "100", true),
                        "work_mem", parameter("user", "7MB", false),
                        "shared_buffers", parameter("postmaster", "2GB", false),
                        "jit", parameter("user", "on", false),
                        "block_size", parameter("internal", "8192", false)),
                List.of(files),
                Optional.of(false));
    }

    private static Parameter parameter(String context, String running, boolean pending) {
        return new Parameter(context, Optional.of(running), Optional.of("boot"), "configuration file", pending);
    }

    private static Setting one(Explanations explanations, String key) {
        return ((Found.One) explanations.find(key)).setting();
    }

    private static String text(Setting setting) {
        return Presentation.one(setting, OutputFormat.PRETTY);
    }

    @Test
    void timingComesFromTheDynamicConfigurationAsItCanBeUsed() throws IOException {
        Explanations explanations = explanations(server(), Map.of());
        assertThat(text(one(explanations, "ttl"))).isEqualTo("""
                ttl = 40
                  from        DCS /config: ttl
                  instead of  30  from built-in default
                  instead of  99  from %s: ttl (ignored here: only the dynamic configuration counts)
                  change      %s""".formatted(file(), Effect.DYNAMIC.text()));
        assertThat(text(one(explanations, "loop_wait")))
                .startsWith("loop_wait = 20")
                .contains("30 can't be used, 20 counts");
        assertThat(text(one(explanations, "bootstrap.dcs.ttl")))
                .contains("= 25", "only when the cluster is bootstrapped");
    }

    @Test
    void aDynamicValueOfAWrongTypeDoesntCount() throws IOException {
        assertThat(text(one(explanations(server(), Map.of()), "check_timeline")))
                .contains("check_timeline = false", "built-in default", "instead of  perhaps", "isn't a boolean");
    }

    @Test
    void theLocalFileHidesTheDynamicPostgresqlSectionExceptWhatOnlyOneOfThemMaySay() throws IOException {
        Explanations explanations = explanations(server(), Map.of());
        assertThat(text(one(explanations, "postgresql.pg_hba")))
                .contains(file() + ": postgresql.pg_hba", "instead of  [local all all trust]  from DCS /config");
        assertThat(text(one(explanations, "postgresql.use_pg_rewind"))).contains("= true", "from        DCS /config");
        assertThat(text(one(explanations, "postgresql.use_slots"))).contains("= false", "from        DCS /config");
        assertThat(text(one(explanations, "postgresql.data_dir")))
                .contains("= /data", "/ignored  from DCS /config", "only local configuration counts");
    }

    @Test
    void aVariableIsStrongerThanTheFile() throws IOException {
        Setting listen = one(explanations(server(), Map.of("PATRONI_RESTAPI_LISTEN", "127.0.0.1:9")), "restapi.listen");
        assertThat(text(listen))
                .contains("= 127.0.0.1:9", "from        PATRONI_RESTAPI_LISTEN", "127.0.0.1:8008  from " + file());
        assertThat(listen.effect()).isEqualTo(Effect.AGENT_RELOAD);
    }

    @Test
    void aControlledParameterIsForcedOnTheCommandLine() throws IOException {
        FileLine altered = new FileLine("/data/postgresql.auto.conf", 3, "max_connections", "50");
        Setting setting = one(explanations(server(altered), Map.of()), "max_connections");
        assertThat(text(setting))
                .startsWith("postgresql.parameters.max_connections = 120")
                .contains(
                        "DCS /config: postgresql.parameters.max_connections, forced on postgres's command line",
                        "100  from Matriarch's default",
                        "7  from " + file(),
                        "must be the same on all members",
                        "50  from ALTER SYSTEM",
                        "the command line is stronger",
                        "the standbys first",
                        "still runs with 100");
        assertThat(text(one(explanations(server(), Map.of()), "wal_level")))
                .contains(
                        "wal_level = hot_standby",
                        "Matriarch's default",
                        "minimal  from DCS /config",
                        "not used: allowed are");
        assertThat(text(one(explanations(server(), Map.of()), "port")))
                .contains("= 5432", "from postgresql.listen", "nobody may set it");
    }

    @Test
    void anOrdinaryParameterIsRankedFromAlterSystemToDefault() throws IOException {
        FileLine altered = new FileLine("/data/postgresql.auto.conf", 3, "work_mem", "7MB");
        FileLine base = new FileLine("/data/postgresql.base.conf", 9, "work_mem", "1MB");
        FileLine written = new FileLine("/data/postgresql.conf", 9, "work_mem", "6MB");
        Setting setting = one(explanations(server(base, written, altered), Map.of()), "work_mem");
        assertThat(setting.effective().orElseThrow().kind()).isEqualTo(Source.Kind.ALTER_SYSTEM);
        assertThat(setting.hidden())
                .extracting(source -> source.value().asText().orElse(""))
                .containsExactly("6MB", "5MB", "1MB", "boot");
        assertThat(setting.effect()).isEqualTo(Effect.POSTGRES_RELOAD);
    }

    @Test
    void theRolesSectionIsStrongerThanTheGeneralOne() throws IOException {
        Setting setting = one(explanations(server(), Map.of()), "shared_buffers");
        assertThat(text(setting)).contains("= 2GB", "postgresql.parameters_primary.shared_buffers", "instead of  1GB");
        assertThat(setting.effect()).isEqualTo(Effect.POSTGRES_RESTART);
    }

    @Test
    void secretsAreNeverShown() throws IOException {
        Explanations explanations = explanations(server(), Map.of("PATRONI_SUPERUSER_PASSWORD", "zalando"));
        for (OutputFormat format : OutputFormat.values()) {
            assertThat(Presentation.table(explanations.all(), format)).doesNotContain("zalando");
        }
        assertThat(text(one(explanations, "postgresql.authentication.superuser.password")))
                .contains("= (set)", "from        PATRONI_SUPERUSER_PASSWORD", "instead of  (set)  from " + file())
                .doesNotContain("zalando");
        assertThat(text(one(explanations, "archive_command"))).contains("SECRET_TOKEN=*** push %p");
    }

    @Test
    void aSectionListsItsKeysAndAnUnknownKeyTheNearest() throws IOException {
        Explanations explanations = explanations(server(), Map.of());
        assertThat(((Found.Section) explanations.find("watchdog")).settings())
                .extracting(Setting::key)
                .containsExactly("watchdog.device", "watchdog.driver", "watchdog.mode", "watchdog.safety_margin");
        assertThat(explanations.find("loop_wiat")).isEqualTo(new Found.None(Optional.of("loop_wait")));
        assertThat(explanations.find("max_conections")).isEqualTo(new Found.None(Optional.of("max_connections")));
        assertThat(explanations.find("postgresql.ttl")).isEqualTo(new Found.None(Optional.of("bootstrap.dcs.ttl")));
        assertThat(explanations.find("xyzzy")).isEqualTo(new Found.None(Optional.empty()));
    }

    @Test
    void withoutAKeyOnlyWhatDiffersFromItsDefaultIsShown() throws IOException {
        List<String> keys = explanations(server(), Map.of()).differing().stream()
                .map(Setting::key)
                .toList();
        assertThat(keys)
                .contains("ttl", "scope", "postgresql.parameters.max_connections", "postgresql.parameters.work_mem")
                .doesNotContain("retry_timeout", "postgresql.parameters.jit", "watchdog.mode", "restapi.certfile");
    }

    @Test
    void contextsAreKnownWithoutAServer() throws IOException {
        Explanations explanations = explanations(
                ServerView.away("refused", Map.of("shared_buffers", "postmaster", "jit", "user")), Map.of());
        assertThat(one(explanations, "shared_buffers").effect()).isEqualTo(Effect.POSTGRES_RESTART);
        assertThat(one(explanations, "jit").effect()).isEqualTo(Effect.POSTGRES_RELOAD);
        assertThat(one(explanations, "max_connections").effect()).isEqualTo(Effect.STANDBYS_FIRST);
    }

    @Test
    void everyKnownKeyHasALineOrASectionInTheCatalogueAndEveryLineIsOfAKnownKey() {
        Catalogue catalogue = new Catalogue();
        Map<String, Boolean> found = new HashMap<>();
        for (String key : SectionSettings.known()) {
            String first = key.split("\\.", 2)[0];
            found.put(
                    key,
                    catalogue.keys().contains(key)
                            || catalogue.keys().stream().anyMatch(line -> line.startsWith(first)));
        }
        assertThat(found).doesNotContainValue(false);
        assertThat(catalogue.keys())
                .allMatch(line -> SectionSettings.known().contains(line)
                        || SectionSettings.known().stream().anyMatch(key -> key.startsWith(line + "."))
                        || List.of("tags", "etcd", "postgresql.bin_name").contains(line));
    }
}
