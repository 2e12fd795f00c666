package io.matriarch.doctor;

import io.matriarch.config.Configuration;
import io.matriarch.config.HostPort;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The agent and PostgreSQL listen where they are to, or they could. */
final class PortsCheck implements Check {
    private final Configuration configuration;
    private final MemberReport own;
    private final boolean postmaster;
    private final Function<HostPort, Optional<String>> obstacle;

    /**
     * @param own what answers at this node's restapi.connect_address
     * @param postmaster whether one runs on the data directory
     * @param obstacle why an address can't be listened on
     */
    PortsCheck(
            Configuration configuration,
            MemberReport own,
            boolean postmaster,
            Function<HostPort, Optional<String>> obstacle) {
        this.configuration = configuration;
        this.own = own;
        this.postmaster = postmaster;
        this.obstacle = obstacle;
    }

    @Override
    public String name() {
        return "ports";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        rest(report);
        postgres(report);
        return report.findings();
    }

    private void rest(Report report) {
        HostPort listen = configuration.restapi().listen();
        String where = "restapi.listen " + listen;
        Optional<String> name =
                own.status().flatMap(status -> status.mapping("patroni").text("name"));
        if (name.equals(Optional.of(configuration.name()))) {
            report.ok(where, "this node's agent answers");
        } else if (name.isPresent()) {
            report.error(where, "the agent of another node answers: " + name.get(), "give each node a port of its own");
        } else {
            obstacle.apply(listen)
                    .ifPresentOrElse(
                            why -> report.error(
                                    where,
                                    "somebody has it, and it doesn't answer as this node's agent: " + own.trouble(),
                                    "find out who with ss -ltnp; a hung agent is restarted by its guard"),
                            () -> report.error(
                                    where,
                                    "nobody listens: the agent isn't running",
                                    "start it, for instance systemctl start matriarch, and look at its log"));
        }
    }

    private void postgres(Report report) {
        int port = configuration.postgresql().port();
        for (String host : configuration.postgresql().listenAddresses()) {
            HostPort listen = new HostPort(host, port);
            String where = "postgresql.listen " + listen;
            Optional<String> taken = obstacle.apply(listen);
            if (postmaster && taken.isPresent()) {
                report.ok(where, "this node's PostgreSQL has it");
            } else if (postmaster) {
                report.error(
                        where,
                        "PostgreSQL runs and doesn't listen there",
                        "it was started with another port or address: patronictl restart this member");
            } else if (taken.isPresent()) {
                report.error(
                        where,
                        "PostgreSQL doesn't run, and couldn't: " + taken.get(),
                        "find out who has the port with ss -ltnp, or correct postgresql.listen");
            } else {
                report.warning(where, "free: PostgreSQL doesn't run", "the agent starts it; its log says why not");
            }
        }
    }
}
