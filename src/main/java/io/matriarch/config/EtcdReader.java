package io.matriarch.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds and reads the section of the DCS, of which only etcd v3 is supported (reference 2.6). */
final class EtcdReader {
    private static final int DEFAULT_PORT = 2379;
    private static final String HOST_EXAMPLE = "host:port of an etcd server, such as 127.0.0.1:2379";
    private static final String HOSTS_EXAMPLE =
            "host:port[,host:port...] of etcd's servers, such as 10.0.0.1:2379,10.0.0.2:2379";

    /** Not what would be taken for an address, but is a port, a URL, or several servers with something else than a comma between them. */
    private static final Pattern HOST =
            Pattern.compile("(?=.*[^0-9])[\\w.-]+|[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F.]*(%\\w+)?");

    /** In the order in which Patroni chooses among several. */
    private static final List<String> SECTIONS =
            List.of("consul", "etcd", "etcd3", "exhibitor", "kubernetes", "raft", "zookeeper");

    private EtcdReader() {}

    /** The settings, or absent when there is no section of a DCS or it is of no use; then a problem has been noted. */
    static Optional<EtcdSettings> read(Section root) {
        List<String> present = SECTIONS.stream().filter(root::has).toList();
        if (present.isEmpty()) {
            root.problem(
                    "etcd3",
                    "is missing; name the etcd cluster there, such as {hosts: 10.0.0.1:2379}, or in PATRONI_ETCD3_HOSTS");
            return Optional.empty();
        }
        String chosen = present.contains("etcd3") && present.getFirst().equals("etcd") ? "etcd3" : present.getFirst();
        if (!chosen.startsWith("etcd")) {
            root.problem(
                    chosen,
                    "this DCS isn't supported; Matriarch keeps the cluster in etcd v3, to be named in a section etcd3");
            return Optional.empty();
        }
        if (chosen.equals("etcd")) {
            root.findings()
                    .warning("The section etcd is used as etcd3: Matriarch speaks only etcd's v3 protocol, whose keys "
                            + "Patroni nodes with a section etcd (v2) don't see");
        }
        present.stream()
                .filter(section -> !section.equals(chosen))
                .forEach(section ->
                        root.findings().warning("The section %s is ignored, %s is used".formatted(section, chosen)));
        return readSection(root.section(chosen));
    }

    private static Optional<EtcdSettings> readSection(Section section) {
        TlsFiles tls = tls(section);
        boolean https =
                section.word("protocol", List.of("http", "https")).stream().anyMatch("https"::equals);
        String urlKey = section.has("proxy") ? "proxy" : "url";
        Optional<String> url = section.text(urlKey);
        if (url.isPresent()) {
            return ofUrl(section, urlKey, url.get(), tls);
        }
        Optional<String> srv =
                section.text("srv").or(() -> section.text("discovery_srv")).or(() -> section.text("srv_domain"));
        List<HostPort> endpoints = endpoints(section);
        if (endpoints.isEmpty() && srv.isEmpty() && !section.has("host") && !section.has("hosts")) {
            section.problem(
                    "host", "is missing; it must be " + HOST_EXAMPLE + ", unless hosts, srv, url or proxy is given");
        }
        return Optional.of(new EtcdSettings(
                endpoints,
                https,
                !section.flag("use_proxies", false),
                srv,
                section.text("srv_suffix"),
                section.credentials(),
                tls));
    }

    private static TlsFiles tls(Section section) {
        return TlsReader.read(section, "cert", "key", "cacert");
    }

    private static List<HostPort> endpoints(Section section) {
        int port = (int) section.whole("port", DEFAULT_PORT, 1, 65_535, "");
        String key = section.has("hosts") ? "hosts" : "host";
        String expected = key.equals("hosts") ? HOSTS_EXAMPLE : HOST_EXAMPLE;
        int problems = section.findings().problems().size();
        List<String> hosts = section.texts(key);
        if (hosts.isEmpty()
                && section.has(key)
                && problems == section.findings().problems().size()) {
            section.problem(key, "is empty; it must be " + expected);
        }
        return hosts.stream()
                .flatMap(host -> {
                    Optional<HostPort> endpoint = Addresses.parse(host, port)
                            .filter(address -> HOST.matcher(address.host()).matches());
                    if (endpoint.isEmpty()) {
                        section.problem(key, Section.shown(host) + " isn't " + expected);
                    }
                    return endpoint.stream();
                })
                .toList();
    }

    /** A URL replaces protocol, host and port, and also user and password, even where it has none. */
    private static Optional<EtcdSettings> ofUrl(Section section, String key, String text, TlsFiles tls) {
        Optional<URI> url = parse(text);
        if (url.isEmpty()) {
            section.problem(key, "isn't a URL such as http://127.0.0.1:2379");
            return Optional.empty();
        }
        String host = url.get().getHost().replaceAll("[\\[\\]]", "");
        int port = url.get().getPort() > 0 ? url.get().getPort() : DEFAULT_PORT;
        return Optional.of(new EtcdSettings(
                List.of(new HostPort(host, port)),
                Section.lower(url.get().getScheme()).equals("https"),
                key.equals("url") && !section.flag("use_proxies", false),
                Optional.empty(),
                Optional.empty(),
                Optional.ofNullable(url.get().getRawUserInfo()).flatMap(EtcdReader::credentials),
                tls));
    }

    private static Optional<URI> parse(String text) {
        try {
            return Optional.of(new URI(text))
                    .filter(url -> url.getScheme() != null && url.getHost() != null)
                    .filter(url -> List.of("http", "https").contains(Section.lower(url.getScheme())));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static Optional<Credentials> credentials(String userInfo) {
        int colon = userInfo.indexOf(':');
        return colon < 0
                ? Optional.empty()
                : Optional.of(new Credentials(
                        decode(userInfo.substring(0, colon)), new Secret(decode(userInfo.substring(colon + 1)))));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
