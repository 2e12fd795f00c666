package io.matriarch.dcs.etcd;

import io.matriarch.config.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whom this machine asks for names: the {@code nameserver} lines of resolv.conf. */
final class Nameservers {
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final int DNS = 53;

    private Nameservers() {}

    /** The local one when the file is missing or names none, as in resolv.conf(5). */
    static List<HostPort> ofThisMachine() {
        try {
            return of(Files.readAllLines(RESOLV_CONF));
        } catch (IOException e) {
            return of(List.of());
        }
    }

    static List<HostPort> of(List<String> lines) {
        List<HostPort> servers = lines.stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 1 && words[0].equals("nameserver"))
                .map(words -> new HostPort(words[1], DNS))
                .toList();
        return servers.isEmpty() ? List.of(new HostPort("127.0.0.1", DNS)) : servers;
    }
}
