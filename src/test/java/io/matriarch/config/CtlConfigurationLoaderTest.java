package io.matriarch.config;

import static io.matriarch.config.Loading.loaded;
import static io.matriarch.config.Loading.problems;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CtlConfigurationLoaderTest {
    private static final Optional<String> NONE = Optional.empty();

    @TempDir
    private Path home;

    @Test
    void theDefaultFileMayBeMissing() {
        CtlConfiguration configuration = loaded(CtlConfigurationLoader.load(NONE, NONE, environment(Map.of())))
                .configuration();
        assertThat(configuration)
                .isEqualTo(new CtlConfiguration(
                        Optional.empty(),
                        "service",
                        new CtlSettings(Optional.empty(), false, TlsFiles.NONE),
                        "postgres",
                        Optional.empty()));
    }

    @Test
    void theDefaultFileCounts() throws IOException {
        Path directory = Files.createDirectories(home.resolve(".config/patroni"));
        Files.writeString(directory.resolve("patronictl.yaml"), "scope: batman\nnamespace: /x/\netcd3: {host: a}\n");
        CtlConfiguration configuration = loaded(CtlConfigurationLoader.load(NONE, NONE, environment(Map.of())))
                .configuration();
        assertThat(configuration.scope()).contains("batman");
        assertThat(configuration.namespace()).isEqualTo("x");
        assertThat(configuration.etcd().orElseThrow().endpoints()).containsExactly(new HostPort("a", 2379));
    }

    @Test
    void anAgentsFileWillDo() {
        Path directory = Loading.write(Map.of(
                "p.yml",
                Loading.MINIMAL
                        + "ctl: {insecure: on}\nlog: {level: NONSENSE}\nbootstrap: 7\n".replace("10.0.0.1:8008", "")));
        CtlConfiguration configuration = loaded(CtlConfigurationLoader.load(
                        Optional.of(directory.resolve("p.yml").toString()),
                        NONE,
                        environment(Map.of("PATRONI_RESTAPI_USERNAME", "u", "PATRONI_RESTAPI_PASSWORD", "p"))))
                .configuration();
        assertThat(configuration.ctl().insecure()).isTrue();
        assertThat(configuration.ctl().authentication()).contains(new Credentials("u", new Secret("p")));
    }

    @Test
    void anExplicitFileMustBeThere() {
        List<String> expected = List.of(
                "no.yml: the configuration file doesn't exist or can't be read; check the -c/--config-file parameter");
        assertThat(problems(CtlConfigurationLoader.load(Optional.of("/x/no.yml"), NONE, environment(Map.of()))))
                .isEqualTo(expected);
        assertThat(problems(CtlConfigurationLoader.load(
                        NONE, NONE, environment(Map.of("PATRONICTL_CONFIG_FILE", "/x/no.yml")))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "etcd3://a:1/ns,a:1,ns",
        "a,a:2379,service",
        "a:1,a:1,service",
        "etcd://a,a:2379,service",
        "//a:1/x/y/,a:1,x/y",
        "etcd3://[::1]:7,[::1]:7,service",
        "etcd3://,localhost:2379,service",
        "etcd3://:5,localhost:5,service"
    })
    void dcsUrl(String url, String address, String namespace) {
        Path directory =
                Loading.write(Map.of("p.yml", "scope: s\nconsul: {host: x}\netcd3: {username: u, password: p}\n"));
        LoadResult.Loaded<CtlConfiguration> result = loaded(CtlConfigurationLoader.load(
                Optional.of(directory.resolve("p.yml").toString()), Optional.of(url), environment(Map.of())));
        assertThat(result.configuration().etcd().orElseThrow().endpoints())
                .map(HostPort::toString)
                .containsExactly(address);
        assertThat(result.configuration().etcd().orElseThrow().authentication()).isEmpty();
        assertThat(result.configuration().namespace()).isEqualTo(namespace);
        assertThat(result.warnings()).isEmpty();
        assertThat(loaded(CtlConfigurationLoader.load(NONE, NONE, environment(Map.of("DCS_URL", url))))
                        .configuration()
                        .namespace())
                .isEqualTo(namespace);
    }

    @ParameterizedTest
    @ValueSource(strings = {"consul://a", "foo://a", "a:b", "etcd3://a:99999"})
    void wrongDcsUrls(String url) {
        assertThat(problems(CtlConfigurationLoader.load(NONE, Optional.of(url), environment(Map.of()))))
                .singleElement()
                .asString()
                .startsWith("--dcs-url: ");
    }

    @Test
    void otherDcsAreRefused() {
        assertThat(problems(
                        CtlConfigurationLoader.load(NONE, NONE, environment(Map.of("PATRONI_ZOOKEEPER_HOSTS", "a")))))
                .hasSize(1);
    }

    private Map<String, String> environment(Map<String, String> more) {
        Map<String, String> environment = new java.util.TreeMap<>(more);
        environment.put("HOME", home.toString());
        return environment;
    }
}
