package io.matriarch.doctor;

import io.matriarch.cluster.Member;
import io.matriarch.cluster.ServerAddress;
import io.matriarch.postgres.Inquiry.Answer;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** This node's pg_hba lets the others replicate, seen from the addresses in their conn_url. */
final class HbaCheck implements Check {
    private static final String SQL = "SELECT line_number, type, array_to_string(database, ',') AS databases,"
            + " array_to_string(user_name, ',') AS users, address, netmask, auth_method, error FROM pg_hba_file_rules ORDER BY 1";

    private final Probe server;
    private final String self;
    private final String user;
    private final Patient patient;

    /** @param user of replication */
    HbaCheck(Probe server, String self, String user, Patient patient) {
        this.server = server;
        this.self = self;
        this.user = user;
        this.patient = patient;
    }

    @Override
    public String name() {
        return "pg_hba";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        Answer answer = server.answer(SQL);
        Optional<List<Map<String, String>>> rows = Answers.rows(answer);
        if (rows.isEmpty()) {
            report.unknown(server.where(), "PostgreSQL can't be asked: " + Answers.why(answer), "see the check ports");
            return report.findings();
        }
        rows.get().stream()
                .filter(row -> !Answers.text(row, "error").isEmpty())
                .forEach(row -> report.error(
                        "pg_hba.conf line " + Answers.text(row, "line_number"),
                        Answers.text(row, "error"),
                        "correct postgresql.pg_hba, then patronictl reload; until then the rules of before count"));
        List<HbaRule> rules = rows.get().stream().map(HbaRule::of).toList();
        patient.others(self).forEach(other -> look(other.member(), rules, report));
        return report.findingsOr(server.where(), "lets the other members replicate");
    }

    private void look(Member member, List<HbaRule> rules, Report report) {
        Optional<ServerAddress> address = member.connUrl().flatMap(ServerAddress::of);
        if (address.isEmpty()) {
            return;
        }
        String host = address.get().host();
        try {
            InetAddress from = InetAddress.getByName(host);
            Optional<HbaRule> first = rules.stream()
                    .filter(rule -> rule.concerns(user) && rule.matches(from, host))
                    .findFirst();
            if (first.isEmpty() || first.get().rejects()) {
                report.error(
                        server.where(),
                        "pg_hba doesn't let " + member.name() + " (" + host + ") replicate as " + user
                                + first.map(rule -> ": line " + rule.line() + " rejects it")
                                        .orElse(""),
                        "add 'host replication " + user + " " + from.getHostAddress()
                                + (from instanceof Inet6Address ? "/128" : "/32")
                                + " scram-sha-256' to postgresql.pg_hba");
            }
        } catch (UnknownHostException e) {
            report.warning(
                    member.name(),
                    "the host of its conn_url, " + host + ", is unknown here",
                    "correct name resolution here, or its postgresql.connect_address");
        }
    }
}
