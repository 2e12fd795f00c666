package io.matriarch.doctor;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A line of pg_hba, read for one question only: may a replication connection come in from an address? */
record HbaRule(
        String line,
        String type,
        List<String> databases,
        List<String> users,
        String address,
        String netmask,
        String method) {
    HbaRule {
        databases = List.copyOf(databases);
        users = List.copyOf(users);
    }

    /** A row of pg_hba_file_rules. */
    static HbaRule of(Map<String, String> row) {
        return new HbaRule(
                Answers.text(row, "line_number"),
                Answers.text(row, "type"),
                words(Answers.text(row, "databases")),
                words(Answers.text(row, "users")),
                Answers.text(row, "address"),
                Answers.text(row, "netmask"),
                Answers.text(row, "auth_method"));
    }

    private static List<String> words(String text) {
        return List.of(text.split(",", -1));
    }

    /** The word all stands for no replication. Who is in a role's group can't be seen here, and is assumed. */
    boolean concerns(String user) {
        return type.startsWith("host")
                && databases.contains("replication")
                && users.stream().anyMatch(name -> name.equals("all") || name.equals(user) || name.startsWith("+"));
    }

    boolean rejects() {
        return method.equals("reject");
    }

    boolean matches(InetAddress from, String host) {
        if (List.of("all", "samehost", "samenet").contains(address)) {
            return true; // what the same net is, is not known here
        }
        try {
            if (!netmask.isEmpty()) {
                return matches(from.getAddress(), bytes(address), bytes(netmask));
            }
            String name = address.toLowerCase(Locale.ROOT);
            return name.startsWith(".")
                    ? host.endsWith(name)
                    : host.equals(name)
                            || Arrays.asList(InetAddress.getAllByName(name)).contains(from);
        } catch (UnknownHostException nobody) {
            return false;
        }
    }

    private static byte[] bytes(String text) throws UnknownHostException {
        return InetAddress.getByName(text).getAddress();
    }

    private static boolean matches(byte[] address, byte[] network, byte[] mask) {
        if (address.length != network.length || mask.length != network.length) {
            return false;
        }
        for (int i = 0; i < address.length; i++) {
            if ((address[i] & mask[i]) != (network[i] & mask[i])) {
                return false;
            }
        }
        return true;
    }
}
