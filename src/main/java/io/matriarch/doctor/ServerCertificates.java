package io.matriarch.doctor;

import io.matriarch.cluster.Member;
import io.matriarch.cluster.ServerAddress;
import io.matriarch.config.HostPort;
import io.matriarch.doctor.TlsPeek.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The certificates that REST interfaces, PostgreSQL's servers and etcd's servers show. Those that aren't there are other checks' affair. */
final class ServerCertificates {
    private static final int HTTPS_PORT = 443;

    private ServerCertificates() {}

    /** @param etcd its servers, if they speak TLS */
    static List<Certificate> of(Patient patient, List<HostPort> etcd) {
        Stream<Certificate> members = patient.members().stream()
                .filter(MemberReport::answers)
                .map(MemberReport::member)
                .flatMap(member -> Stream.concat(rest(member).stream(), postgres(member).stream()));
        Stream<Certificate> servers = etcd.stream()
                .flatMap(server -> TlsPeek.at("etcd " + server, server, Protocol.TLS).stream())
                .filter(certificate -> certificate.end().isPresent());
        return Stream.concat(members, servers).toList();
    }

    private static Optional<Certificate> rest(Member member) {
        return member.apiUrl()
                .filter(url -> url.startsWith("https://"))
                .flatMap(url -> ServerAddress.of(url, HTTPS_PORT))
                .flatMap(address -> TlsPeek.at(member.name() + " REST", server(address), Protocol.TLS));
    }

    private static Optional<Certificate> postgres(Member member) {
        return member.connUrl()
                .flatMap(ServerAddress::of)
                .flatMap(address -> TlsPeek.at(member.name() + " PostgreSQL", server(address), Protocol.POSTGRESQL))
                .filter(certificate -> certificate.end().isPresent());
    }

    private static HostPort server(ServerAddress address) {
        return new HostPort(address.host(), address.port());
    }
}
