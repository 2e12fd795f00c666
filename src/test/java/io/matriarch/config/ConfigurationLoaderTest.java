package io.matriarch.config;

import static io.matriarch.config.Loading.MINIMAL;
import static io.matriarch.config.Loading.loaded;
import static io.matriarch.config.Loading.minimal;
import static io.matriarch.config.Loading.problems;
import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.Tags;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Yaml;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationLoaderTest {
    private static final HostPort RESTAPI = new HostPort("10.0.0.1", 8008);
    private static final DatabaseUser NOBODY = new DatabaseUser(Optional.empty(), Optional.empty(), Map.of());

    @Test
    void restapiDefaults() {
        assertThat(minimal("").restapi())
                .isEqualTo(new RestApiSettings(
                        RESTAPI,
                        RESTAPI,
                        Optional.empty(),
                        TlsFiles.NONE,
                        Optional.empty(),
                        RestApiSettings.VerifyClient.NONE,
                        List.of(),
                        false,
                        Mapping.empty(),
                        Mapping.empty(),
                        "Original",
                        5));
        assertThat(minimal("").ctl()).isEqualTo(new CtlSettings(Optional.empty(), false, TlsFiles.NONE));
    }

    @Test
    void restapiFull() {
        Configuration configuration = minimal("""
                        ctl: {insecure: on, certfile: c, keyfile: k, keyfile_password: p, cacert: a, authentication: {username: u, password: w}}
                        """.replace("\n", "\n"));
        assertThat(configuration.ctl())
                .isEqualTo(new CtlSettings(
                        Optional.of(new Credentials("u", new Secret("w"))),
                        true,
                        new TlsFiles(
                                Optional.of("c"), Optional.of("k"), Optional.of(new Secret("p")), Optional.of("a"))));
        RestApiSettings restapi = loaded(MINIMAL.replace("restapi: {listen: '10.0.0.1:8008'}", """
                                restapi:
                                  listen: '*:8008'
                                  connect_address: '[fe80::1]:8009'
                                  authentication: {username: u, password: p}
                                  certfile: /c.pem
                                  keyfile: /k.pem
                                  keyfile_password: s
                                  cafile: /ca.pem
                                  ciphers: HIGH
                                  verify_client: Optional
                                  allowlist: [10.0.0.0/8, pg-b]
                                  allowlist_include_members: yes
                                  http_extra_headers: {X-A: b}
                                  https_extra_headers: {X-C: d}
                                  server_tokens: minimal
                                  request_queue_size: 7
                                """), Map.of())
                .configuration()
                .restapi();
        assertThat(restapi)
                .isEqualTo(new RestApiSettings(
                        new HostPort("*", 8008),
                        new HostPort("fe80::1", 8009),
                        Optional.of(new Credentials("u", new Secret("p"))),
                        new TlsFiles(
                                Optional.of("/c.pem"),
                                Optional.of("/k.pem"),
                                Optional.of(new Secret("s")),
                                Optional.of("/ca.pem")),
                        Optional.of("HIGH"),
                        RestApiSettings.VerifyClient.OPTIONAL,
                        List.of("10.0.0.0/8", "pg-b"),
                        true,
                        Mapping.empty().with("X-A", "b"),
                        Mapping.empty().with("X-C", "d"),
                        "Minimal",
                        7));
        assertThat(restapi.apiUrl()).isEqualTo("https://[fe80::1]:8009/patroni");
    }

    @Test
    @HardCase(104)
    void ctlFallsBackToRestapiButNotToItsCertificate() {
        Configuration configuration = loaded(
                        MINIMAL.replace(
                                "restapi: {listen: '10.0.0.1:8008'}",
                                "restapi: {listen: ':8008', certfile: cert, keyfile: key, cafile: ca, authentication: {username: u, password: p}}"),
                        Map.of())
                .configuration();
        assertThat(configuration.ctl().authentication()).contains(new Credentials("u", new Secret("p")));
        assertThat(configuration.ctl().tls().authority()).contains("ca");
        assertThat(configuration.ctl().tls().certificate()).isEmpty();
        assertThat(configuration.ctl().tls().key()).isEmpty();
        assertThat(configuration.restapi().listen()).isEqualTo(new HostPort("", 8008));
    }

    @Test
    @HardCase(60)
    void theDataDirectoryMayEndInASlash() {
        PostgresSettings settings = loaded(MINIMAL.replace("data_dir: /data", "data_dir: /data/"), Map.of())
                .configuration()
                .postgresql();
        assertThat(settings.dataDirectory()).hasToString("/data");
        assertThat(settings.configDirectory()).hasToString("/data");
    }

    @Test
    void postgresqlDefaults() {
        PostgresSettings settings = minimal("").postgresql();
        assertThat(settings)
                .isEqualTo(new PostgresSettings(
                        List.of("10.0.0.1"),
                        5432,
                        new HostPort("10.0.0.1", 5432),
                        Optional.empty(),
                        "postgres",
                        Path.of("/data"),
                        Path.of("/data"),
                        "postgresql",
                        Optional.empty(),
                        Mapping.empty(),
                        Path.of("/home/pg/pgpass"),
                        NOBODY,
                        NOBODY,
                        NOBODY,
                        false,
                        false,
                        Duration.ofSeconds(60),
                        settings.raw()));
    }

    @Test
    void postgresqlFull() {
        PostgresSettings settings = loaded(
                        MINIMAL.replace("postgresql: {listen: '10.0.0.1:5432', data_dir: /data}", """
                                postgresql:
                                  listen: 10.0.0.1, ::1:6432
                                  connect_address: pg-a:6433
                                  proxy_address: proxy:6434
                                  database: other
                                  data_dir: /data
                                  config_dir: /etc/pg
                                  config_base_name: main
                                  bin_dir: /usr/bin
                                  bin_name: {postgres: pg}
                                  pgpass: /run/pgpass
                                  authentication:
                                    superuser: {username: su, password: 123, sslmode: verify-full, dropped: x}
                                    replication: {username: re, password: pw, channel_binding: require}
                                    rewind: {username: rw}
                                  use_unix_socket: on
                                  use_unix_socket_repl: true
                                  pg_ctl_timeout: 2min
                                  anything: else
                                """), Map.of())
                .configuration()
                .postgresql();
        assertThat(settings)
                .isEqualTo(new PostgresSettings(
                        List.of("10.0.0.1", "::1"),
                        6432,
                        new HostPort("pg-a", 6433),
                        Optional.of("proxy:6434"),
                        "other",
                        Path.of("/data"),
                        Path.of("/etc/pg"),
                        "main",
                        Optional.of(Path.of("/usr/bin")),
                        Mapping.empty().with("postgres", "pg"),
                        Path.of("/run/pgpass"),
                        new DatabaseUser(
                                Optional.of("su"), Optional.of(new Secret("123")), Map.of("sslmode", "verify-full")),
                        new DatabaseUser(
                                Optional.of("re"), Optional.of(new Secret("pw")), Map.of("channel_binding", "require")),
                        new DatabaseUser(Optional.of("rw"), Optional.empty(), Map.of()),
                        true,
                        true,
                        Duration.ofMinutes(2),
                        settings.raw()));
        assertThat(settings.raw().text("anything")).contains("else");
    }

    @ParameterizedTest
    @CsvSource({
        "'*:5432',localhost:5432",
        "'0.0.0.0:5433',localhost:5433",
        "'127.0.0.1,10.0.0.1:5432',localhost:5432",
        "10.0.0.1,10.0.0.1:5432",
        "'[::1]:5432',[::1]:5432"
    })
    void connectAddressFollowsListen(String listen, String connect) {
        assertThat(loaded(MINIMAL.replace("10.0.0.1:5432", listen), Map.of())
                        .configuration()
                        .postgresql()
                        .connectAddress())
                .hasToString(connect);
    }

    @Test
    void rewindFallsBackToSuperuserAndOldSectionsCount() {
        PostgresSettings settings = loaded(
                        MINIMAL.replace(
                                "data_dir: /data",
                                "data_dir: /data, superuser: {username: su}, replication: {username: re}"),
                        Map.of())
                .configuration()
                .postgresql();
        assertThat(settings.superuser().username()).contains("su");
        assertThat(settings.replication().username()).contains("re");
        assertThat(settings.rewind()).isEqualTo(settings.superuser());
    }

    @Test
    void logDefaultsAndFull() {
        assertThat(minimal("").log())
                .isEqualTo(new LogSettings(
                        "INFO",
                        new LogSettings.Plain("%(asctime)s %(levelname)s: %(message)s", Optional.empty(), false),
                        Optional.empty(),
                        1000,
                        Map.of(),
                        Optional.empty()));
        Path directory = Loading.write(Map.of());
        assertThat(minimal(
                                "log: {type: JSON, level: debug, traceback_level: debug, format: '%(message)s %(name)s', dateformat: '%Y', "
                                        + "static_fields: {app: x}, max_queue_size: 0, dir: " + directory
                                        + ", mode: 0644, file_num: 2, "
                                        + "file_size: 1MB, loggers: {patroni.ha: warning}, deduplicate_heartbeat_logs: on}")
                        .log())
                .isEqualTo(new LogSettings(
                        "DEBUG",
                        new LogSettings.JsonLines(
                                List.of(
                                        new LogSettings.Field("message", "message"),
                                        new LogSettings.Field("name", "name")),
                                Mapping.empty().with("app", "x"),
                                Optional.of("%Y"),
                                true),
                        Optional.of(new LogSettings.FileSettings(directory, OptionalInt.of(0644), 2, 1_048_576)),
                        Integer.MAX_VALUE,
                        Map.of("patroni.ha", "WARNING"),
                        Optional.of(true)));
    }

    /** A list of fields gives some other names; what is none is left out and told. */
    @Test
    void jsonFieldsOfTheLog() {
        LoadResult.Loaded<Configuration> loaded = loaded(
                MINIMAL + "log: {type: json, format: [message, {levelname: l, name: 7}, [x], asctime]}", Map.of());
        assertThat(loaded.configuration().log().form())
                .isEqualTo(new LogSettings.JsonLines(
                        List.of(
                                new LogSettings.Field("message", "message"),
                                new LogSettings.Field("levelname", "l"),
                                new LogSettings.Field("asctime", "asctime")),
                        Mapping.empty(),
                        Optional.empty(),
                        false));
        assertThat(loaded.warnings())
                .containsExactly(
                        "log.format: the new name of the field name must be a text; the field is left out",
                        "log.format: a field is a name or a mapping of a name to another; a list is left out");
        assertThat(loaded(MINIMAL + "log: {format: [message]}", Map.of()).warnings())
                .containsExactly("log.format: a list or a mapping is for log.type: json; the default counts");
        assertThat(loaded(MINIMAL + "log: {type: json, format: {message: m}}", Map.of())
                        .warnings())
                .containsExactly("log.format: a mapping isn't a format, put it into a list; the default counts");
        assertThat(loaded(MINIMAL + "log: {dir: /nosuch}", Map.of()).mistakes().toString())
                .contains("log.dir: /nosuch is no directory here; make it");
    }

    @Test
    void aKeyThatIsThereTwice() {
        LoadResult.Loaded<Configuration> loaded =
                loaded(MINIMAL + "log: {level: info,\n  level: debug}\nname: other\n", Map.of());
        assertThat(loaded.configuration().name()).isEqualTo("other");
        assertThat(loaded.configuration().log().level()).isEqualTo("DEBUG");
        assertThat(loaded.warnings().stream().map(line -> line.replaceFirst("^.*/", "")))
                .containsExactly(
                        "patroni.yml: line 7: the key level is here a second time and replaces that of line 6; remove one of them",
                        "patroni.yml: line 8: the key name is here a second time and replaces that of line 2; remove one of them");
    }

    @Test
    void bootstrap() {
        assertThat(minimal("").bootstrap())
                .isEqualTo(new BootstrapSettings(
                        false,
                        Mapping.empty(),
                        Optional.empty(),
                        new Sequence(List.of()),
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        Mapping.empty()));
        BootstrapSettings full = minimal("""
                        bootstrap:
                          dcs: {ttl: 20}
                          method: restore
                          restore: {command: /restore}
                          initdb: [data-checksums, {encoding: UTF8}]
                          pg_hba: [host all all all md5]
                          post_init: /post
                          users: {admin: {password: pw, options: [createrole, createdb]}}
                        """).bootstrap();
        assertThat(full)
                .isEqualTo(new BootstrapSettings(
                        true,
                        Mapping.empty().with("ttl", 20),
                        Optional.of("restore"),
                        Yaml.parse("[data-checksums, {encoding: UTF8}]"),
                        List.of("host all all all md5"),
                        Optional.of("/post"),
                        List.of(new BootstrapSettings.NewUser(
                                "admin", Optional.of(new Secret("pw")), List.of("createrole", "createdb"))),
                        full.raw()));
    }

    @Test
    void topLevel() {
        Configuration configuration = minimal(
                "namespace: //my//place/\ntags: {nosync: true, x: '1'}\nwatchdog: {mode: off, safety_margin: -1}\nother: {a: 1}\n");
        assertThat(configuration.scope()).isEqualTo("batman");
        assertThat(configuration.name()).isEqualTo("pg-a");
        assertThat(configuration.namespace()).isEqualTo("my/place");
        assertThat(configuration.prefix()).isEqualTo("/my/place/batman/");
        assertThat(minimal("").prefix()).isEqualTo("/service/batman/");
        assertThat(configuration.tags()).isEqualTo(new Tags((Mapping) Yaml.parse("{nosync: true, x: '1'}")));
        assertThat(configuration.watchdog()).isEqualTo(Yaml.parse("{mode: off, safety_margin: -1}"));
        assertThat(configuration.raw().mapping("other").find("a")).contains(Value.of(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nofailover: true, failover_priority: 1|Conflicting configuration between nofailover: True and failover_priority: 1. Defaulting to nofailover: True",
                "nofailover: false, failover_priority: 0|Conflicting configuration between nofailover: False and failover_priority: 0. Defaulting to nofailover: False",
                "nosync: on, sync_priority: '2'|Conflicting configuration between nosync: True and sync_priority: 2. Defaulting to nosync: True"
            })
    void conflictingTagsAreWarnedOf(String tags, String warning) {
        assertThat(loaded(MINIMAL + "tags: {" + tags + "}", Map.of()).mistakes())
                .extracting(Problem::text)
                .containsExactly(warning);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bootstrap: {dcs: {ttl: 5}}|bootstrap.dcs: ttl=5 can't be used, 20 counts",
                "bootstrap: {dcs: {postgresql: {parameters: {max_connections: abc}}}}|bootstrap.dcs: postgresql.parameters.max_connections: 'abc': allowed are",
                "bootstrap: {initdb: [{pgdata: /x}]}|bootstrap.initdb: the option pgdata is not allowed",
                "bootstrap: {dcs: {postgresql: {pg_hba: [hots all all]}}}|bootstrap.dcs.postgresql.pg_hba: 'hots all all': a line begins",
                "bootstrap: {pg_hba: [local all all]}|bootstrap.pg_hba: 'local all all': it ends too early",
                "tags: {nofailover: true, failover_priority: 1}|tags.nofailover: Conflicting"
            })
    void whatCountsOtherwiseOrFailsLaterIsAMistake(String yaml, String mistake) {
        assertThat(loaded(MINIMAL + yaml, Map.of()).mistakes())
                .singleElement()
                .asString()
                .contains("patroni.yml: " + mistake);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: a/b|name: 'a/b' has a slash",
                "postgresql: {listen: 999, data_dir: /data}|postgresql.listen: '999' isn't host",
                "postgresql: {listen: '10.0.0.1:5432', data_dir: 5}|postgresql.data_dir: '5' is a number and not a path",
            })
    void whatCannotBeMeantIsRefused(String yaml, String problem) {
        assertThat(problems(MINIMAL.replaceAll("(?m)^" + yaml.replaceAll(":.*", "") + ":.*", yaml), Map.of()))
                .singleElement()
                .asString()
                .startsWith("patroni.yml: " + problem);
    }

    @Test
    void agreeingTagsAreNot() {
        assertThat(loaded(
                                MINIMAL
                                        + "tags: {nofailover: true, failover_priority: 0, nosync: false, sync_priority: 1}",
                                Map.of())
                        .remarks())
                .isEmpty();
    }

    @Test
    void directoriesAreReadInOrderOfNames() {
        Path directory = Loading.write(Map.of(
                "10.yml",
                MINIMAL,
                "20.yaml",
                "name: pg-b\ntags: {a: 1}\n",
                "30.yml",
                "tags: {b: 2, a: ~}\n",
                "x.txt",
                "name: no"));
        Configuration configuration = loaded(ConfigurationLoader.load(Optional.of(directory), Map.of()))
                .configuration();
        assertThat(configuration.name()).isEqualTo("pg-b");
        assertThat(configuration.tags().raw()).isEqualTo(Mapping.empty().with("b", 2));
    }

    @Test
    void problemsNameTheFileOfTheDirectory() {
        Path directory = Loading.write(Map.of("10.yml", MINIMAL, "20.yml", "restapi: {listen: nowhere}"));
        assertThat(problems(ConfigurationLoader.load(Optional.of(directory), Map.of())))
                .containsExactly("20.yml: restapi.listen: 'nowhere' isn't host:port with a port from 1 to 65535");
    }

    @Test
    void allThatIsMissingIsSaidAtOnce() {
        assertThat(problems("postgresql: {}", Map.of("PATRONI_LOG_LEVEL", "INFO")))
                .containsExactly(
                        "patroni.yml: name: is missing; it must be the member's name, unique in the cluster",
                        "patroni.yml: scope: is missing; it must be the cluster's name",
                        "patroni.yml: restapi.listen: is missing; it must be host:port of the REST API, such as 0.0.0.0:8008",
                        "patroni.yml: etcd3: is missing; name the etcd cluster there, such as {hosts: 10.0.0.1:2379}, or in PATRONI_ETCD3_HOSTS",
                        "patroni.yml: postgresql.listen: is missing; it must be host:port of PostgreSQL, several hosts separated by commas",
                        "patroni.yml: postgresql.data_dir: is missing; it must be the data directory");
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        assertThat(problems("""
                        scope: batman
                        name: __patroni_strict_sync_replica_placeholder__
                        restapi: {listen: 'a:0', verify_client: maybe, request_queue_size: 5000, authentication: {username: u}, keyfile: k}
                        etcd3: {hosts: ['a:b'], protocol: ftp}
                        postgresql: {listen: 'x:99999', data_dir: [a], use_unix_socket: perhaps, parameters: [a], pg_ctl_timeout: 1MB}
                        log: {level: LOUD, mode: 999, loggers: {a: b}}
                        tags: {failover_priority: high}
                        watchdog: {mode: sometimes}
                        bootstrap: {dcs: 7, users: {a: b}}
                        citus: {group: 0}
                        """, Map.of("PATRONI_LOG_FILE_NUM", "-1", "PATRONI_CTL_INSECURE", "perhaps")))
                .containsExactlyInAnyOrder(
                        "patroni.yml: name: '__patroni_strict_sync_replica_placeholder__' is reserved",
                        "patroni.yml: citus: isn't supported",
                        "patroni.yml: restapi.listen: 'a:0' isn't host:port with a port from 1 to 65535",
                        "patroni.yml: restapi.verify_client: 'maybe' isn't one of none, optional, required",
                        "patroni.yml: restapi.request_queue_size: '5000' isn't a number from 0 to 4096",
                        "patroni.yml: restapi.authentication.password: is missing; username and password are needed together",
                        "patroni.yml: restapi.keyfile: a key needs a certificate in restapi.certfile",
                        "PATRONI_CTL_INSECURE: ctl.insecure: 'perhaps' isn't a boolean; allowed are on, off, true, false, yes, no",
                        "patroni.yml: etcd3.hosts: 'a:b' isn't host:port[,host:port...] of etcd's servers, such as 10.0.0.1:2379,10.0.0.2:2379",
                        "patroni.yml: etcd3.protocol: 'ftp' isn't one of http, https",
                        "patroni.yml: postgresql.listen: 'x:99999' isn't host[,host...]:port with a port from 1 to 65535",
                        "patroni.yml: postgresql.data_dir: one value is expected here, not a list or a mapping",
                        "patroni.yml: postgresql.use_unix_socket: 'perhaps' isn't a boolean; allowed are on, off, true, false, yes, no",
                        "patroni.yml: postgresql.parameters: a mapping is expected here, not a list",
                        "patroni.yml: postgresql.pg_ctl_timeout: '1MB' isn't a number from 0 to 2147483647, in s unless a unit is given",
                        "patroni.yml: log.level: 'LOUD' isn't one of DEBUG, INFO, WARN, WARNING, ERROR, FATAL, CRITICAL, NOTSET",
                        "patroni.yml: log.mode: '999' isn't an octal number from 0 to 0777",
                        "patroni.yml: log.loggers.a: 'b' isn't one of DEBUG, INFO, WARN, WARNING, ERROR, FATAL, CRITICAL, NOTSET",
                        "PATRONI_LOG_FILE_NUM: log.file_num: '-1' isn't a number from 0 to 2147483647",
                        "patroni.yml: watchdog.mode: 'sometimes' isn't one of automatic, required, require, off, disabled, disable, false",
                        "patroni.yml: tags.failover_priority: 'high' isn't a number from -2147483648 to 2147483647",
                        "patroni.yml: bootstrap.dcs: a mapping is expected here, not '7'",
                        "patroni.yml: bootstrap.users.a: a mapping is expected here, not a single value");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|patroni.yml: the configuration must be a mapping, such as scope: batman",
                "{}|patroni.yml: the configuration is empty",
                "a: b: c|patroni.yml: line 1, column 5: mapping values are not allowed here"
            })
    void documentsThatAreNoConfiguration(String yaml, String problem) {
        assertThat(problems(yaml, Map.of())).containsExactly(problem);
    }

    @Test
    void filesThatAreNotThere() {
        Path directory = Loading.write(Map.of("a.txt", ""));
        assertThat(problems(ConfigurationLoader.load(Optional.of(directory), Map.of()))
                        .getFirst())
                .endsWith("the directory has no file *.yml or *.yaml with settings");
        assertThat(problems(ConfigurationLoader.load(Optional.empty(), Map.of())))
                .containsExactly("the environment: the configuration is empty");
    }

    @Test
    void secretsAreNotPrinted() {
        Configuration configuration = loaded(
                        MINIMAL.replace(
                                "data_dir: /data",
                                "data_dir: /data, authentication: {superuser: {password: hush, sslpassword: hush}}"),
                        Map.of(
                                "PATRONI_admin_PASSWORD",
                                "hush",
                                "PATRONI_RESTAPI_USERNAME",
                                "u",
                                "PATRONI_RESTAPI_PASSWORD",
                                "hush"))
                .configuration();
        assertThat(List.of(
                        configuration,
                        configuration.postgresql(),
                        configuration.bootstrap(),
                        configuration.restapi(),
                        configuration.ctl(),
                        configuration.postgresql().superuser(),
                        configuration.bootstrap().users()))
                .allSatisfy(settings -> assertThat(settings.toString()).doesNotContain("hush"));
        assertThat(problems(MINIMAL + "ctl: {authentication: {username: u, password: [hush]}}", Map.of()))
                .noneMatch(problem -> problem.contains("hush"));
    }
}
