package io.matriarch.config;

import static io.matriarch.config.Loading.MINIMAL;
import static io.matriarch.config.Loading.loaded;
import static io.matriarch.config.Loading.problems;
import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EtcdSettingsTest {
    @Test
    void defaults() {
        assertThat(etcd("host: a"))
                .isEqualTo(new EtcdSettings(
                        List.of(new HostPort("a", 2379)),
                        false,
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        TlsFiles.NONE));
    }

    @Test
    void full() {
        assertThat(etcd(
                        "hosts: [a, 'b:1', '[::1]:2'], host: ignored, port: 3, protocol: HTTPS, use_proxies: on, srv: s, "
                                + "srv_suffix: x, username: u, password: p, cacert: ca, cert: c, key: k"))
                .isEqualTo(new EtcdSettings(
                        List.of(new HostPort("a", 3), new HostPort("b", 1), new HostPort("::1", 2)),
                        true,
                        false,
                        Optional.of("s"),
                        Optional.of("x"),
                        Optional.of(new Credentials("u", new Secret("p"))),
                        new TlsFiles(Optional.of("c"), Optional.of("k"), Optional.empty(), Optional.of("ca"))));
    }

    @HardCase(37)
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hosts: 'a:1, b'|a:1 b:2379",
                "hosts: ' a:1 ,b '|a:1 b:2379",
                "host: 'a:1'|a:1",
                "hosts: [a]|a:2379"
            })
    void hostsAreAListOrATextWithCommasAndSpaces(String section, String endpoints) {
        assertThat(etcd(section).endpoints())
                .map(HostPort::toString)
                .isEqualTo(endpoints.isEmpty() ? List.of() : Arrays.asList(endpoints.split(" ", -1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2379",
                "a:",
                ":2379",
                "a:x",
                "a:0",
                "a:65536",
                "a b",
                "a:1 b:2",
                "a:1;b:2",
                "a:1:2",
                "http://a:2379",
                "a:2379/",
                "[::1"
            })
    void whatIsNoHostAndPortIsRefused(String host) {
        assertThat(problems(yaml("etcd3", "hosts: ['" + host + "']"), Map.of()))
                .containsExactly("patroni.yml: etcd3.hosts: '" + host
                        + "' isn't host:port[,host:port...] of etcd's servers, such as 10.0.0.1:2379,10.0.0.2:2379");
        assertThat(problems(yaml("etcd3", "host: '" + host + "'"), Map.of()))
                .containsExactly("patroni.yml: etcd3.host: '" + host
                        + "' isn't host:port of an etcd server, such as 127.0.0.1:2379");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a-b.example.org",
                "a_b:1",
                "10.0.0.1",
                "1a:1",
                "[::1]:1",
                "::1:2379",
                "[fe80::1%eth0]:1",
                "::ffff:10.0.0.1:2379"
            })
    void hostNamesAndAddressesOfBothKindsAreTaken(String host) {
        assertThat(etcd("hosts: ['" + host + "']").endpoints()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "''", "','"})
    void noHostsAtAllAreRefused(String hosts) {
        assertThat(problems(yaml("etcd3", "hosts: " + hosts), Map.of()))
                .singleElement()
                .asString()
                .startsWith("patroni.yml: etcd3.hosts: is empty; it must be host:port[,host:port...]");
    }

    @Test
    void urlsReplaceTheRest() {
        EtcdSettings url = etcd("url: 'https://u:p%40+@h:1', host: a, protocol: http, username: x, password: y");
        assertThat(url.endpoints()).containsExactly(new HostPort("h", 1));
        assertThat(url.https()).isTrue();
        assertThat(url.discover()).isTrue();
        assertThat(url.authentication()).contains(new Credentials("u", new Secret("p@+")));
        EtcdSettings proxy = etcd("proxy: 'http://[::1]', url: 'https://x', username: x, password: y");
        assertThat(proxy.endpoints()).containsExactly(new HostPort("::1", 2379));
        assertThat(proxy.https()).isFalse();
        assertThat(proxy.discover()).isFalse();
        assertThat(proxy.authentication()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"url: 'ftp://u:secret@h'", "url: 'h:2379'", "proxy: 'http://u:secret@ h'", "url: 'http://'"})
    void brokenUrlsAreRefusedWithoutShowingThem(String section) {
        assertThat(problems(yaml("etcd3", section), Map.of()))
                .singleElement()
                .asString()
                .endsWith("isn't a URL such as http://127.0.0.1:2379")
                .doesNotContain("secret");
    }

    @Test
    void srvAloneIsEnough() {
        EtcdSettings settings = etcd("discovery_srv: example.org");
        assertThat(settings.srv()).contains("example.org");
        assertThat(settings.endpoints()).isEmpty();
    }

    @Test
    void anEndpointIsNeeded() {
        assertThat(problems(yaml("etcd3", "protocol: https"), Map.of()))
                .containsExactly(
                        "patroni.yml: etcd3.host: is missing; it must be host:port of an etcd server, such as 127.0.0.1:2379, unless hosts, srv, url or proxy is given");
    }

    @Test
    void etcdMeansVersion3() {
        assertThat(loaded(yaml("etcd", "host: a"), Map.of()).warnings())
                .containsExactly(
                        "The section etcd is used as etcd3: Matriarch speaks only etcd's v3 protocol, whose keys Patroni nodes with a section etcd (v2) don't see");
        assertThat(loaded(yaml("etcd", "host: a") + "etcd3: {host: b}\n", Map.of())
                        .configuration()
                        .etcd()
                        .endpoints())
                .containsExactly(new HostPort("b", 2379));
    }

    @ParameterizedTest
    @ValueSource(strings = {"consul", "exhibitor", "kubernetes", "raft", "zookeeper"})
    void otherDcsAreRefused(String dcs) {
        assertThat(problems(yaml(dcs, "host: a"), Map.of()))
                .containsExactly(
                        "patroni.yml: %s: this DCS isn't supported; Matriarch keeps the cluster in etcd v3, to be named in a section etcd3"
                                .formatted(dcs));
    }

    @Test
    void sectionsThatPatroniIgnoresAreIgnored() {
        assertThat(loaded(MINIMAL + "zookeeper: {hosts: [a]}\n", Map.of()).warnings())
                .containsExactly("The section zookeeper is ignored, etcd3 is used");
        assertThat(problems(MINIMAL + "consul: {host: a}\n", Map.of())).hasSize(1);
    }

    private static EtcdSettings etcd(String section) {
        return loaded(yaml("etcd3", section), Map.of()).configuration().etcd();
    }

    private static String yaml(String dcs, String section) {
        return MINIMAL.replace("etcd3: {host: 10.0.0.9}", dcs + ": {" + section + "}");
    }
}
