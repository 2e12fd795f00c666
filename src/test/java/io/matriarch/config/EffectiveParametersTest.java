package io.matriarch.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Role;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EffectiveParametersTest {
    private static final int V15 = 150_000;

    @Test
    void defaults() {
        EffectiveParameters parameters = effective("", "", V15, Role.PRIMARY);
        assertThat(parameters.commandLine())
                .containsExactly(
                        "--listen_addresses=127.0.0.1,10.0.0.1",
                        "--port=5432",
                        "--cluster_name=batman",
                        "--wal_level=replica",
                        "--hot_standby=on",
                        "--max_connections=100",
                        "--max_wal_senders=10",
                        "--max_prepared_transactions=0",
                        "--max_locks_per_transaction=64",
                        "--track_commit_timestamp=off",
                        "--max_replication_slots=10",
                        "--max_worker_processes=8",
                        "--wal_log_hints=on");
        assertThat(parameters.file())
                .hasSize(14)
                .containsEntry("wal_keep_size", "128MB")
                .containsEntry("MAX_connections", "100");
        assertThat(parameters.warnings()).isEmpty();
    }

    @Test
    @HardCase(85)
    void localWinsOverDynamicWhateverTheCase() {
        EffectiveParameters parameters = effective(
                "parameters: {work_mem: 4MB, Log_Statement: all, jit: on, empty: ~}",
                "parameters: {WORK_MEM: 1MB, log_statement: none, autovacuum_naptime: 10}",
                V15,
                Role.PRIMARY);
        assertThat(parameters.file())
                .containsEntry("work_mem", "4MB")
                .containsEntry("log_statement", "all")
                .containsEntry("autovacuum_naptime", "10")
                .containsEntry("jit", "on")
                .doesNotContainKey("empty");
    }

    @Test
    void controlledParametersComeOnlyFromTheDynamicConfiguration() {
        EffectiveParameters parameters = effective(
                "parameters: {max_connections: 500, port: 1}",
                "parameters: {Max_Connections: '0200', wal_level: LOGICAL, wal_log_hints: false}",
                V15,
                Role.PRIMARY);
        assertThat(parameters.file())
                .containsEntry("max_connections", "128")
                .containsEntry("port", "5432")
                .containsEntry("wal_level", "logical")
                .containsEntry("wal_log_hints", "off");
        assertThat(parameters.warnings())
                .containsExactly(
                        "Ignoring postgresql.parameters.max_connections: it must be the same on all members; "
                                + "set it under postgresql.parameters with patronictl edit-config",
                        "Ignoring postgresql.parameters.port: it must be the same on all members; "
                                + "set it under postgresql.parameters with patronictl edit-config");
    }

    @ParameterizedTest
    @CsvSource({
        "max_connections,24,100",
        "max_connections,many,100",
        "max_wal_senders,2,10",
        "max_locks_per_transaction,31,64",
        "max_prepared_transactions,-1,0",
        "max_replication_slots,3,10",
        "max_worker_processes,1,8",
        "wal_level,minimal,hot_standby",
        "hot_standby,off,on",
        "track_commit_timestamp,maybe,off",
        "wal_log_hints,2,on",
        "wal_keep_segments,0,8",
        "wal_keep_size,8MB,128MB",
        "port,5433,5432",
        "cluster_name,x,batman"
    })
    void wrongControlledValuesAreReplaced(String name, String value, String standard) {
        EffectiveParameters parameters =
                effective("", "parameters: {%s: '%s'}".formatted(name, value), V15, Role.PRIMARY);
        assertThat(parameters.warnings())
                .containsExactly("postgresql parameter %s=%s failed validation, defaulting to %s"
                        .formatted(name, value, standard));
        assertThat(parameters.file())
                .isEqualTo(effective("", "", V15, Role.PRIMARY).file());
    }

    @ParameterizedTest
    @CsvSource({
        "wal_keep_segments: 10,150000,wal_keep_size,160MB",
        "wal_keep_size: 1GB,150000,wal_keep_size,1GB",
        "wal_keep_size: 1GB,120000,wal_keep_segments,64",
        "wal_keep_size: 20MB,120000,wal_keep_segments,1",
        "x: 1,120000,wal_keep_segments,8",
        "wal_level: replica,90500,wal_level,hot_standby",
        "wal_level: hot_standby,90600,wal_level,replica"
    })
    void versionsKnowTheirOwnNames(String given, int version, String name, String value) {
        assertThat(effective("", "parameters: {" + given + "}", version, Role.PRIMARY)
                        .file())
                .containsEntry(name, value);
    }

    @Test
    @HardCase(77)
    void walKeepSegmentsAsATextAreMultipliedBySixteen() {
        assertThat(effective("", "parameters: {wal_keep_segments: '100'}", V15, Role.PRIMARY)
                        .file())
                .containsEntry("wal_keep_size", "1600MB")
                .doesNotContainKey("wal_keep_segments");
    }

    @Test
    @HardCase(67)
    void numbersMayBeTextsHaveUnitsAndBeZero() {
        EffectiveParameters parameters = effective(
                "",
                "parameters: {max_connections: '101', wal_keep_size: 256MB, max_prepared_transactions: 0, max_wal_senders: '0x10'}",
                V15,
                Role.PRIMARY);
        assertThat(parameters.warnings()).isEmpty();
        assertThat(parameters.file())
                .containsEntry("max_connections", "101")
                .containsEntry("wal_keep_size", "256MB")
                .containsEntry("max_prepared_transactions", "0")
                .containsEntry("max_wal_senders", "16");
        assertThat(effective("", "parameters: {max_connections: 128MB}", V15, Role.PRIMARY)
                        .warnings())
                .containsExactly("postgresql parameter max_connections=128MB failed validation, defaulting to 100");
    }

    @Test
    void parametersNewerThanTheServerAreLeftOut() {
        EffectiveParameters old = effective("", "", 90_300, Role.PRIMARY);
        assertThat(old.file())
                .doesNotContainKeys(
                        "cluster_name",
                        "track_commit_timestamp",
                        "max_replication_slots",
                        "max_worker_processes",
                        "wal_log_hints",
                        "wal_keep_size")
                .containsKey("wal_keep_segments");
        assertThat(old.commandLine()).noneMatch(argument -> argument.startsWith("--cluster_name"));
    }

    @ParameterizedTest
    @CsvSource({"PRIMARY,p", "PROMOTED,p", "REPLICA,r", "DEMOTED,r", "UNINITIALIZED,r", "STANDBY_LEADER,s"})
    void parametersOfTheRoleComeLast(Role role, String expected) {
        EffectiveParameters parameters = effective(
                "parameters: {application_name: x}\nparameters_primary: {application_name: p}",
                "parameters_primary: {work_mem: 1}\nparameters_replica: {application_name: r}\n"
                        + "parameters_standby_leader: {application_name: s, max_connections: 30}",
                V15,
                role);
        assertThat(parameters.file())
                .containsEntry("application_name", expected)
                .doesNotContainKey("work_mem");
        assertThat(parameters.warnings()).hasSize(role == Role.STANDBY_LEADER ? 1 : 0);
    }

    @HardCase(44)
    @ParameterizedTest
    @CsvSource({"on,false", "quorum,false", "off,true"})
    void theUsersSynchronousStandbyNamesAreAppliedOnlyWithoutSynchronousMode(String mode, boolean users) {
        DynamicConfiguration dynamic = new DynamicConfiguration(
                (Mapping) Yaml.parse(
                        "{synchronous_mode: " + mode + ", postgresql: {parameters: {synchronous_standby_names: a}}}"),
                1);
        assertThat(EffectiveParameters.of(configuration(Mapping.empty()), dynamic, V15, Role.PRIMARY)
                        .file()
                        .containsKey("synchronous_standby_names"))
                .isEqualTo(users);
    }

    @Test
    void whatPostgresqlCannotTakeIsReported() {
        EffectiveParameters parameters = effective(
                "parameters: {shared_preload_libraries: [a, b], Restore_Command: x, hba_file: my_hba.conf}",
                "",
                V15,
                Role.PRIMARY);
        assertThat(parameters.warnings())
                .containsExactly(
                        "Ignoring postgresql.parameters.shared_preload_libraries: it is a list or a mapping, but PostgreSQL takes one value");
        assertThat(parameters.recovery()).containsOnly(Map.entry("restore_command", "x"));
        assertThat(parameters.file()).doesNotContainKey("restore_command");
        assertThat(parameters.file()).containsEntry("hba_file", "/etc/pg/my_hba.conf");
    }

    @Test
    void theRestOfTheSection() {
        Mapping local = (Mapping) Yaml.parse("{pg_hba: [a], use_slots: false, parameters: {a: 1}, listen: x}");
        Mapping dynamic = (Mapping)
                Yaml.parse(
                        "{postgresql: {pg_hba: [b, c], use_slots: true, use_pg_rewind: true, listen: y, data_dir: z, parameters: {b: 1}}}");
        assertThat(PostgresSection.effective(configuration(local).postgresql(), new DynamicConfiguration(dynamic, 1)))
                .isEqualTo(
                        Yaml.parse(
                                "{pg_hba: [a], use_slots: true, use_pg_rewind: true, listen: x, data_dir: /data, config_dir: /etc/pg}"));
    }

    private static EffectiveParameters effective(String local, String dynamic, int version, Role role) {
        return EffectiveParameters.of(
                configuration(mapping(local)),
                new DynamicConfiguration(Mapping.empty().with("postgresql", mapping(dynamic)), 1),
                version,
                role);
    }

    private static Mapping mapping(String yaml) {
        return Yaml.parse(yaml) instanceof Mapping mapping ? mapping : Mapping.empty();
    }

    private static Configuration configuration(Mapping postgresql) {
        Mapping minimal = (Mapping) Yaml.parse(Loading.MINIMAL);
        Mapping section = Mapping.empty()
                .with("listen", "127.0.0.1,10.0.0.1:5432")
                .with("data_dir", "/data")
                .with("config_dir", "/etc/pg")
                .patchedWith(postgresql);
        return Loading.loaded(Yaml.write(minimal.with("postgresql", section), Yaml.Order.KEPT), Map.of())
                .configuration();
    }
}
