package io.matriarch.cli;

import io.matriarch.config.ConfigurationLoader;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Yaml;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code --generate-sample-config} and {@code --generate-config}: a configuration to begin with, of defaults or of a server that runs, with the same keys as Patroni's. */
public final class GenerateConfig {
    static final String TO_FILL_IN = "#FIXME";

    private static final List<String> SECTIONS = List.of(
            "scope",
            "namespace",
            "name",
            "log",
            "restapi",
            "ctl",
            "etcd",
            "etcd3",
            "bootstrap",
            "postgresql",
            "watchdog",
            "tags");
    private static final String ABOUT_DCS = """
            # Used once, when the cluster is created: afterwards this lives in etcd, and
            # patronictl edit-config changes it there.
            """;

    private final PrintStream output;
    private final PrintStream errors;

    public GenerateConfig(PrintStream output, PrintStream errors) {
        this.output = output;
        this.errors = errors;
    }

    /** Returns the exit code. */
    public int run(Invocation.Generate request, Map<String, String> environment) {
        try {
            Mapping template = template(environment);
            Mapping whole = request.sample()
                    ? sample(template)
                    : new RunningServer(environment, request.dsn().orElse("")).describe(template);
            write(request.file(), text(whole));
            return PatroniCtl.SUCCESS;
        } catch (CtlError e) {
            errors.println(e.getMessage());
            return PatroniCtl.FAILURE;
        }
    }

    private void write(Optional<String> file, String text) {
        if (file.isEmpty()) {
            output.print(text);
            output.flush();
            return;
        }
        Path path = Path.of(file.get());
        try {
            Path folder = Optional.ofNullable(path.toAbsolutePath().getParent()).orElse(path);
            Files.createDirectories(folder);
            Files.deleteIfExists(path);
            // there are passwords in it
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(path, text);
        } catch (IOException e) {
            throw new CtlError(path + " can't be written: " + e);
        }
    }

    /** Sections in a person's order, keys in that of the alphabet. */
    static String text(Mapping whole) {
        StringBuilder text = new StringBuilder();
        for (String name : SECTIONS) {
            whole.find(name).ifPresent(value -> {
                text.append(value instanceof Mapping ? "\n" : "");
                text.append(name.equals("bootstrap") ? ABOUT_DCS : "");
                text.append(Yaml.write(Mapping.empty().with(name, value), Yaml.Order.SORTED));
            });
        }
        return text.toString();
    }

    /** What is known anyway, patched by the PATRONI_* variables. */
    private static Mapping template(Map<String, String> environment) {
        String host = TO_FILL_IN;
        String address = TO_FILL_IN;
        try {
            InetAddress own = InetAddress.getLocalHost();
            host = own.getHostName();
            address = own.getHostAddress();
        } catch (UnknownHostException unknown) {
            host = TO_FILL_IN;
        }
        Mapping template = mapping("""
                scope: '#FIXME'
                name: '@HOST@'
                log: {type: plain, level: INFO, traceback_level: ERROR, format: '%(asctime)s %(levelname)s: %(message)s', max_queue_size: 1000}
                restapi: {connect_address: '@ADDRESS@:8008', listen: '@ADDRESS@:8008'}
                bootstrap:
                  dcs:
                    loop_wait: 10
                    retry_timeout: 10
                    ttl: 30
                    postgresql:
                      use_slots: true
                      parameters:
                        hot_standby: 'on'
                        max_connections: 100
                        max_locks_per_transaction: 64
                        max_prepared_transactions: 0
                        max_replication_slots: 10
                        max_wal_senders: 10
                        max_worker_processes: 8
                        track_commit_timestamp: 'off'
                        wal_log_hints: 'on'
                postgresql:
                  authentication:
                    superuser: {username: postgres, password: '#FIXME'}
                    replication: {username: replicator, password: '#FIXME'}
                  bin_dir: ''
                  connect_address: '@ADDRESS@:5432'
                  data_dir: '#FIXME'
                  listen: '@ADDRESS@:5432'
                tags: {clonefrom: true, failover_priority: 1, noloadbalance: false, nostream: false, nosync: false}
                """.replace("@HOST@", host).replace("@ADDRESS@", address));
        return template.patchedWith(ConfigurationLoader.ofVariables(environment));
    }

    private static Mapping mapping(String yaml) {
        return Yaml.parse(yaml) instanceof Mapping mapping ? mapping : Mapping.empty();
    }

    private static Mapping sample(Mapping template) {
        String replicator = template.mapping("postgresql")
                .mapping("authentication")
                .mapping("replication")
                .text("username")
                .orElse("replicator");
        Mapping defaults = mapping("""
                bootstrap:
                  dcs:
                    postgresql: {use_pg_rewind: true, parameters: {wal_keep_size: 128MB, wal_level: replica}}
                postgresql:
                  authentication: {rewind: {username: rewind_user, password: '#FIXME'}}
                  parameters: {password_encryption: scram-sha-256}
                """);
        Mapping patched = defaults.patchedWith(template);
        Sequence hba = new Sequence(List.of(
                Value.of("host all all all scram-sha-256"),
                Value.of("host replication " + replicator + " all scram-sha-256")));
        return patched.patchedWith(
                Mapping.empty().with("postgresql", Mapping.empty().with("pg_hba", hba)));
    }
}
