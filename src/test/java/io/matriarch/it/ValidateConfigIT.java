package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** What {@code --validate-config} finds, before anything is started with it. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisabledIfSystemProperty(named = "matriarch.agent", matches = "jvm", disabledReason = "the program's entry does it")
final class ValidateConfigIT {
    private static SharedEtcd etcd;

    @BeforeAll
    static void start() {
        etcd = new SharedEtcd();
    }

    @AfterAll
    static void stop() {
        etcd.close();
    }

    private static ServerProcess.Ended validate(Loner loner, String... more) {
        List<String> command = new ArrayList<>(etcd.daemon());
        command.add(loner.node().configuration().toString());
        command.add("--validate-config");
        command.addAll(List.of(more));
        return ServerProcess.run(etcd.home(), 20, command);
    }

    /** A test's nodes have no address but this host's own, which is a finding. */
    private static Loner reachable(Loner loner) {
        return loner.rewritten(text -> text.replace("connect_address: 127.0.0.1:", "connect_address: 192.0.2.1:"));
    }

    @Test
    void anAddressThatOthersCantReachIsFoundAsByPatroni() {
        try (Loner loner = new Loner(etcd, "local", "node")) {
            ServerProcess.Ended ended = validate(loner);
            assertThat(ended.code()).isEqualTo(1);
            assertThat(ended.output().lines())
                    .hasSize(2)
                    .anyMatch(line -> line.contains(": restapi.connect_address: 127.0.0.1:"))
                    .anyMatch(line -> line.contains(": postgresql.connect_address: 127.0.0.1:"));
        }
    }

    @Test
    void aGoodConfigurationIsGood() {
        try (Loner loner = reachable(new Loner(etcd, "good", "node"))) {
            ServerProcess.Ended ended = validate(loner);
            assertThat(ended.output()).isEmpty();
            assertThat(ended.code()).isZero();
        }
    }

    @Test
    void allMistakesAreNamedWithFileKeyAndWhatIsAllowed() {
        try (Loner loner = reachable(new Loner(etcd, "bad", "node"))) {
            loner.with("shared_buffers: 32MB", "shared_buffers: lots")
                    .with("wal_keep_size: 128MB", "log_statement: everything")
                    .with("encoding: UTF8", "encodign: UTF8")
                    .with("max_connections: 100", "max_connections: abc")
                    .with("- local all all trust", "- local all all")
                    .rewritten(text -> text.replaceAll("pgpass: .*", "pgpass: /nosuch/folder/pgpass"))
                    .rewritten(text -> text.replaceAll(
                            "(?m)^  listen: .*:(" + loner.node().databasePort() + ")", "  listen: nohost.invalid:$1"));
            ServerProcess.Ended ended = validate(loner, "--ignore-listen-port");
            assertThat(ended.code()).isEqualTo(1);
            String file = loner.node().configuration() + ": ";
            assertThat(ended.output().lines())
                    .containsExactlyInAnyOrder(
                            "warning: bootstrap.initdb.encodign is unknown and has no effect; is encoding meant?",
                            file
                                    + "bootstrap.dcs: postgresql.parameters.max_connections: 'abc': allowed are whole numbers"
                                    + " from 25 to 262143",
                            file
                                    + "postgresql.pg_hba: 'local all all': it ends too early; expected is: local database user"
                                    + " method",
                            file
                                    + "postgresql.parameters.shared_buffers: invalid value for parameter \"shared_buffers\":"
                                    + " \"lots\"",
                            file + "bootstrap.dcs.postgresql.parameters.log_statement: invalid value for parameter"
                                    + " \"log_statement\": \"everything\" (Available values: none, ddl, mod, all.)",
                            file
                                    + "postgresql.pgpass: its folder /nosuch/folder doesn't exist; make it, or name another file",
                            file + "postgresql.listen: the host 'nohost.invalid' is unknown here");
        }
    }
}
