package io.matriarch.config;

import static io.matriarch.config.Loading.MINIMAL;
import static io.matriarch.config.Loading.loaded;
import static io.matriarch.config.Loading.problems;
import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentVariablesTest {
    /** Every variable of reference 2.16 but the generic ones, and the JSON of what it sets. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "NAME|x|{'name':'x'}",
                "NAMESPACE|x|{'namespace':'x'}",
                "SCOPE|x|{'scope':'x'}",
                "THREAD_POOL_SIZE|6|{'thread_pool_size':'6'}",
                "THREAD_STACK_SIZE|64kB|{'thread_stack_size':'64kB'}",
                "LOGLEVEL|DEBUG|{'log':{'level':'DEBUG'}}",
                "LOGFORMAT|%(message)s|{'log':{'format':'%(message)s'}}",
                "LOG_DATEFMT|%Y|{'log':{'dateformat':'%Y'}}",
                "LOG_TYPE|json|{'log':{'type':'json'}}",
                "LOG_LEVEL|INFO|{'log':{'level':'INFO'}}",
                "LOG_TRACEBACK_LEVEL|DEBUG|{'log':{'traceback_level':'DEBUG'}}",
                "LOG_FORMAT|message, {level: l}|{'log':{'format':['message',{'level':'l'}]}}",
                "LOG_DATEFORMAT|%Y|{'log':{'dateformat':'%Y'}}",
                "LOG_STATIC_FIELDS|{a: b}|{'log':{'static_fields':{'a':'b'}}}",
                "LOG_MAX_QUEUE_SIZE|10|{'log':{'max_queue_size':'10'}}",
                "LOG_DIR|/log|{'log':{'dir':'/log'}}",
                "LOG_MODE|0644|{'log':{'mode':'0644'}}",
                "LOG_FILE_SIZE|1|{'log':{'file_size':'1'}}",
                "LOG_FILE_NUM|1|{'log':{'file_num':'1'}}",
                "LOG_LOGGERS|a: DEBUG, b: INFO|{'log':{'loggers':{'a':'DEBUG','b':'INFO'}}}",
                "LOG_DEDUPLICATE_HEARTBEAT_LOGS|on|{'log':{'deduplicate_heartbeat_logs':'on'}}",
                "RESTAPI_LISTEN|a:1|{'restapi':{'listen':'a:1'}}",
                "RESTAPI_CONNECT_ADDRESS|a:1|{'restapi':{'connect_address':'a:1'}}",
                "RESTAPI_CERTFILE|a|{'restapi':{'certfile':'a'}}",
                "RESTAPI_KEYFILE|a|{'restapi':{'keyfile':'a'}}",
                "RESTAPI_KEYFILE_PASSWORD|a|{'restapi':{'keyfile_password':'a'}}",
                "RESTAPI_CAFILE|a|{'restapi':{'cafile':'a'}}",
                "RESTAPI_CIPHERS|a|{'restapi':{'ciphers':'a'}}",
                "RESTAPI_VERIFY_CLIENT|none|{'restapi':{'verify_client':'none'}}",
                "RESTAPI_HTTP_EXTRA_HEADERS|X: y|{'restapi':{'http_extra_headers':{'X':'y'}}}",
                "RESTAPI_HTTPS_EXTRA_HEADERS|{X: y}|{'restapi':{'https_extra_headers':{'X':'y'}}}",
                "RESTAPI_ALLOWLIST|'a','b'|{'restapi':{'allowlist':['a','b']}}",
                "RESTAPI_ALLOWLIST_INCLUDE_MEMBERS|true|{'restapi':{'allowlist_include_members':'true'}}",
                "RESTAPI_REQUEST_QUEUE_SIZE|6|{'restapi':{'request_queue_size':'6'}}",
                "RESTAPI_SERVER_TOKENS|Minimal|{'restapi':{'server_tokens':'Minimal'}}",
                "RESTAPI_USERNAME|u|{'restapi':{'authentication':{'username':'u'}}}",
                "RESTAPI_PASSWORD|p|{'restapi':{'authentication':{'password':'p'}}}",
                "CTL_INSECURE|on|{'ctl':{'insecure':'on'}}",
                "CTL_CACERT|a|{'ctl':{'cacert':'a'}}",
                "CTL_CERTFILE|a|{'ctl':{'certfile':'a'}}",
                "CTL_KEYFILE|a|{'ctl':{'keyfile':'a'}}",
                "CTL_KEYFILE_PASSWORD|a|{'ctl':{'keyfile_password':'a'}}",
                "CTL_USERNAME|u|{'ctl':{'authentication':{'username':'u'}}}",
                "CTL_PASSWORD|p|{'ctl':{'authentication':{'password':'p'}}}",
                "POSTGRESQL_LISTEN|a:1|{'postgresql':{'listen':'a:1'}}",
                "POSTGRESQL_CONNECT_ADDRESS|a:1|{'postgresql':{'connect_address':'a:1'}}",
                "POSTGRESQL_PROXY_ADDRESS|a:1|{'postgresql':{'proxy_address':'a:1'}}",
                "POSTGRESQL_CONFIG_DIR|a|{'postgresql':{'config_dir':'a'}}",
                "POSTGRESQL_DATA_DIR|a|{'postgresql':{'data_dir':'a'}}",
                "POSTGRESQL_PGPASS|a|{'postgresql':{'pgpass':'a'}}",
                "POSTGRESQL_BIN_DIR|a|{'postgresql':{'bin_dir':'a'}}",
                "POSTGRESQL_BIN_PG_CTL|a|{'postgresql':{'bin_name':{'pg_ctl':'a'}}}",
                "POSTGRESQL_BIN_INITDB|a|{'postgresql':{'bin_name':{'initdb':'a'}}}",
                "POSTGRESQL_BIN_PG_CONTROLDATA|a|{'postgresql':{'bin_name':{'pg_controldata':'a'}}}",
                "POSTGRESQL_BIN_PG_BASEBACKUP|a|{'postgresql':{'bin_name':{'pg_basebackup':'a'}}}",
                "POSTGRESQL_BIN_POSTGRES|a|{'postgresql':{'bin_name':{'postgres':'a'}}}",
                "POSTGRESQL_BIN_PG_ISREADY|a|{'postgresql':{'bin_name':{'pg_isready':'a'}}}",
                "POSTGRESQL_BIN_PG_REWIND|a|{'postgresql':{'bin_name':{'pg_rewind':'a'}}}",
                "ETCD_HOST|a|{'etcd':{'host':'a'}}",
                "ETCD3_HOSTS|a:1,b:2|{'etcd3':{'hosts':['a:1','b:2']}}",
                "ETCD3_HOSTS|- a|{'etcd3':{'hosts':['a']}}",
                "ETCD3_PORT|1|{'etcd3':{'port':'1'}}",
                "ETCD3_PROTOCOL|https|{'etcd3':{'protocol':'https'}}",
                "ETCD3_URL|http://a|{'etcd3':{'url':'http://a'}}",
                "ETCD3_PROXY|http://a|{'etcd3':{'proxy':'http://a'}}",
                "ETCD3_USE_PROXIES|true|{'etcd3':{'use_proxies':'true'}}",
                "ETCD3_SRV|a|{'etcd3':{'srv':'a'}}",
                "ETCD3_SRV_SUFFIX|a|{'etcd3':{'srv_suffix':'a'}}",
                "ETCD3_CACERT|a|{'etcd3':{'cacert':'a'}}",
                "ETCD3_CERT|a|{'etcd3':{'cert':'a'}}",
                "ETCD3_KEY|a|{'etcd3':{'key':'a'}}",
                "CITUS_GROUP|1|{'citus':{'group':'1'}}",
                "CITUS_DATABASE|a|{'citus':{'database':'a'}}",
                "RAFT_PARTNER_ADDRS|a,b|{'raft':{'partner_addrs':['a','b']}}",
                "RAFT_SELF_ADDR|a|{'raft':{'self_addr':'a'}}",
                "CONSUL_CHECKS|a|{'consul':{'checks':['a']}}",
                "KUBERNETES_LABELS|a: b|{'kubernetes':{'labels':{'a':'b'}}}",
                "KUBERNETES_USE_ENDPOINTS|true|{'kubernetes':{'use_endpoints':'true'}}",
                "admin_PASSWORD|p|{'bootstrap':{'users':{'admin':{'password':'p'}}}}"
            })
    void eachVariableSetsItsKey(String variable, String text, String json) {
        assertThat(Json.compact(set(Map.of("PATRONI_" + variable, text), Mapping.empty())))
                .isEqualTo(json.replace('\'', '"'));
    }

    @ParameterizedTest
    @ValueSource(strings = {"superuser", "replication", "rewind"})
    void usersOfPostgresql(String user) {
        List<String> keys = List.of(
                "username",
                "password",
                "sslmode",
                "sslcert",
                "sslkey",
                "sslpassword",
                "sslrootcert",
                "sslcrl",
                "sslcrldir",
                "gssencmode",
                "channel_binding",
                "sslnegotiation");
        Map<String, String> variables = new TreeMap<>();
        Mapping expected = Mapping.empty();
        for (String key : keys) {
            variables.put("PATRONI_" + (user + "_" + key).toUpperCase(java.util.Locale.ROOT), "of " + key);
            expected = expected.with(key, "of " + key);
        }
        assertThat(set(variables, Mapping.empty())
                        .mapping("postgresql")
                        .mapping("authentication")
                        .mapping(user))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PATRONI_LOG_UNKNOWN",
                "PATRONI_ETCD3_USERNAME",
                "PATRONI_ETCD3_PASSWORD",
                "PATRONI_CONSUL_PASSWORD",
                "PATRONI_admin_OPTIONS",
                "PATRONI__PASSWORD",
                "PATRONI_PASSWORD",
                "NAME"
            })
    void othersSetNothing(String variable) {
        assertThat(set(Map.of(variable, "x"), Mapping.empty())).isEqualTo(Mapping.empty());
    }

    @Test
    void emptyVariablesAreIgnored() {
        assertThat(set(
                        Map.of("PATRONI_NAME", "", "PATRONI_ETCD3_HOSTS", "", "PATRONI_a_PASSWORD", ""),
                        Mapping.empty()))
                .isEqualTo(Mapping.empty());
    }

    @Test
    void newNamesWinOverOldOnes() {
        assertThat(set(
                        Map.of("PATRONI_LOGLEVEL", "DEBUG", "PATRONI_LOG_LEVEL", "ERROR", "PATRONI_LOG_DATEFMT", "a"),
                        Mapping.empty()))
                .isEqualTo(Json.parse("{\"log\":{\"level\":\"ERROR\",\"dateformat\":\"a\"}}"));
    }

    @Test
    void etcdCredentialsNeedTheSection() {
        Map<String, String> variables = Map.of("PATRONI_ETCD3_USERNAME", "u", "PATRONI_ETCD3_PASSWORD", "p");
        assertThat(set(variables, Mapping.empty().with("etcd3", Mapping.empty().with("host", "a"))))
                .isEqualTo(Json.parse("{\"etcd3\":{\"username\":\"u\",\"password\":\"p\"}}"));
        Map<String, String> withHost = new TreeMap<>(variables);
        withHost.put("PATRONI_ETCD3_HOST", "a");
        assertThat(set(withHost, Mapping.empty()).mapping("etcd3").text("username"))
                .contains("u");
    }

    @Test
    void usersToCreateKeepTheirOptions() {
        assertThat(set(
                        Map.of("PATRONI_my_admin_PASSWORD", "p", "PATRONI_my_admin_OPTIONS", "createdb,createrole"),
                        Mapping.empty()))
                .isEqualTo(
                        Json.parse(
                                "{\"bootstrap\":{\"users\":{\"my_admin\":{\"password\":\"p\",\"options\":[\"createdb\",\"createrole\"]}}}}"));
        Configuration configuration =
                loaded(MINIMAL, Map.of("PATRONI_admin_PASSWORD", "p")).configuration();
        assertThat(configuration.bootstrap().present()).isFalse();
        assertThat(configuration.bootstrap().users())
                .containsExactly(new BootstrapSettings.NewUser("admin", Optional.of(new Secret("p")), List.of()));
    }

    @Test
    void variablesPatchTheFile() {
        Configuration configuration = loaded(
                        MINIMAL.replace(
                                "data_dir: /data",
                                "data_dir: /data, authentication: {superuser: {username: su, password: old}}"),
                        Map.of(
                                "PATRONI_SUPERUSER_PASSWORD",
                                "new",
                                "PATRONI_NAME",
                                "pg-b",
                                "PATRONI_ETCD3_HOSTS",
                                "'x:1','y:2'",
                                "PATRONI_CONFIGURATION",
                                "name: ignored"))
                .configuration();
        assertThat(configuration.name()).isEqualTo("pg-b");
        assertThat(configuration.postgresql().superuser())
                .isEqualTo(new DatabaseUser(Optional.of("su"), Optional.of(new Secret("new")), Map.of()));
        assertThat(configuration.etcd().endpoints()).containsExactly(new HostPort("x", 1), new HostPort("y", 2));
    }

    @Test
    void theWholeConfigurationInAVariableStandsAlone() {
        Map<String, String> variables = Map.of("PATRONI_CONFIGURATION", MINIMAL, "PATRONI_NAME", "ignored");
        assertThat(loaded("", variables).configuration().name()).isEqualTo("pg-a");
        LoadResult.Loaded<Configuration> missingFile =
                loaded(ConfigurationLoader.load(Optional.of(Path.of("/nowhere.yml")), variables));
        assertThat(missingFile.configuration().name()).isEqualTo("pg-a");
        assertThat(missingFile.warnings())
                .containsExactly("/nowhere.yml doesn't exist; only environment variables are used");
        assertThat(problems("", Map.of("PATRONI_CONFIGURATION", "a: [")).getFirst())
                .startsWith("PATRONI_CONFIGURATION: line 1, column ");
    }

    @Test
    void variablesAloneAreEnough() {
        assertThat(loaded(
                                "",
                                Map.of(
                                        "PATRONI_SCOPE",
                                        "batman",
                                        "PATRONI_NAME",
                                        "a",
                                        "PATRONI_RESTAPI_LISTEN",
                                        ":8008",
                                        "PATRONI_ETCD3_HOST",
                                        "e",
                                        "PATRONI_POSTGRESQL_LISTEN",
                                        "*:5432",
                                        "PATRONI_POSTGRESQL_DATA_DIR",
                                        "/d"))
                        .configuration()
                        .prefix())
                .isEqualTo("/service/batman/");
    }

    @Test
    void wrongVariablesAreNamed() {
        assertThat(problems(
                        MINIMAL,
                        Map.of(
                                "PATRONI_RESTAPI_ALLOWLIST",
                                "[a",
                                "PATRONI_LOG_LOGGERS",
                                "{a: b} c",
                                "PATRONI_ETCD3_HOSTS",
                                "a [b")))
                .hasSize(3)
                .allSatisfy(problem -> assertThat(problem)
                        .matches("PATRONI_[A-Z3_]+: [a-z3._]+: .* isn't a (list|mapping) such as .*"));
        assertThat(problems(MINIMAL, Map.of("PATRONI_POSTGRESQL_LISTEN", "a:b")))
                .containsExactly(
                        "PATRONI_POSTGRESQL_LISTEN: postgresql.listen: 'a:b' isn't host[,host...]:port with a port from 1 to 65535");
        assertThat(problems(MINIMAL, Map.of("PATRONI_CONSUL_HOST", "a")))
                .singleElement()
                .asString()
                .startsWith("PATRONI_CONSUL_HOST: consul: ");
    }

    private static Mapping set(Map<String, String> variables, Mapping file) {
        EnvironmentVariables.Reading reading = EnvironmentVariables.read(variables, file);
        assertThat(reading.problems()).isEmpty();
        Value merged = Layer.merge(reading.layers());
        return (Mapping) merged;
    }
}
