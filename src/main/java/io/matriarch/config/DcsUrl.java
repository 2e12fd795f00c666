package io.matriarch.config;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** patronictl's {@code [scheme://]host[:port][/namespace]}. */
record DcsUrl(HostPort address, Optional<String> namespace) {
    private static final Pattern FORM = Pattern.compile("(?:([a-z0-9]+)://|//)?([^/]*)(?:/(.*))?");
    private static final int ETCD_PORT = 2379;
    private static final List<String> ETCD = List.of("etcd", "etcd3");
    private static final List<String> OTHERS = List.of("consul", "exhibitor", "zookeeper");

    /** Absent if the URL is of no use; the findings say why. */
    static Optional<DcsUrl> parse(String text, Findings findings) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            return malformed(text, findings);
        }
        String scheme = Optional.ofNullable(matcher.group(1)).orElse("etcd3");
        if (OTHERS.contains(scheme)) {
            return refused(
                    findings, "the DCS '" + scheme + "' isn't supported; Matriarch keeps the cluster in etcd v3");
        }
        if (!ETCD.contains(scheme)) {
            return refused(findings, "Unknown dcs scheme: " + scheme + "; use etcd3://host:port");
        }
        String authority = Optional.ofNullable(matcher.group(2))
                .filter(host -> !host.isEmpty())
                .orElse("localhost");
        Optional<HostPort> address = Addresses.parse(authority, ETCD_PORT);
        if (address.isEmpty()) {
            return malformed(text, findings);
        }
        String host =
                address.get().host().isEmpty() ? "localhost" : address.get().host();
        Optional<String> namespace = Optional.ofNullable(matcher.group(3))
                .map(path -> path.replaceAll("^/+|/+$", ""))
                .filter(path -> !path.isEmpty());
        return Optional.of(new DcsUrl(new HostPort(host, address.get().port()), namespace));
    }

    private static Optional<DcsUrl> malformed(String text, Findings findings) {
        return refused(findings, Section.shown(text) + " isn't [etcd3://]host[:port][/namespace]");
    }

    private static Optional<DcsUrl> refused(Findings findings, String why) {
        findings.problem(new Problem("--dcs-url", "", why));
        return Optional.empty();
    }
}
