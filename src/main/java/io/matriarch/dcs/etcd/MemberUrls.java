package io.matriarch.dcs.etcd;

import io.matriarch.config.HostPort;
import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** The addresses of etcd's members as etcd writes them. */
final class MemberUrls {
    private static final int LAST_PORT = 65_535;

    private MemberUrls() {}

    /** From the JSON that a peer answers to {@code GET /members}; empty when it makes no sense. */
    static List<HostPort> clients(String json) {
        try {
            return Json.parse(json) instanceof Sequence(List<Value> members)
                    ? members.stream()
                            .filter(Mapping.class::isInstance)
                            .map(Mapping.class::cast)
                            .flatMap(member -> member.items("clientURLs").stream())
                            .flatMap(url -> url.asText().flatMap(MemberUrls::address).stream())
                            .distinct()
                            .toList()
                    : List.of();
        } catch (RuntimeException notJson) {
            return List.of();
        }
    }

    /**
     * From the answer to MemberList.
     *
     * @throws java.io.UncheckedIOException if it makes no sense
     */
    static List<HostPort> clients(Message list) {
        return list.messages(2).stream()
                .flatMap(member -> member.texts(4).stream())
                .flatMap(url -> address(url).stream())
                .distinct()
                .toList();
    }

    /** Absent for what is no URL with a host and a port that exists. */
    static Optional<HostPort> address(String url) {
        try {
            URI uri = URI.create(url);
            return Optional.ofNullable(uri.getHost())
                    .filter(_ -> uri.getPort() > 0 && uri.getPort() <= LAST_PORT)
                    .map(host -> new HostPort(host.replaceAll("[\\[\\]]", ""), uri.getPort()));
        } catch (IllegalArgumentException notAUrl) {
            return Optional.empty();
        }
    }
}
