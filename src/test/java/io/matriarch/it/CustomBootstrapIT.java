package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A person's own scripts make the first node's data and the second one's copy of it; what PostgreSQL doesn't know among the parameters stops neither. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CustomBootstrapIT {
    private static final String READ_ARGUMENTS = """
            #!/bin/bash
            for word in "$@"; do
                case $word in
                    --datadir=*) data=${word#*=} ;;
                    --connstring=*) source=${word#*=} ;;
                esac
            done
            """;

    @Test
    void ownScriptsMakeTheClusterAndItsReplica() throws IOException {
        try (SharedEtcd etcd = new SharedEtcd();
                Loner first = new Loner(etcd, "own", "a");
                Loner second = new Loner(etcd, "own", "b")) {
            String programs = Templates.POSTGRES_BIN.toString();
            Path make = script(
                    etcd,
                    "make.sh",
                    programs + "/initdb -D $data -U postgres -E UTF8 --locale=C.UTF-8 -k && echo \"$@\" > $data/made");
            Path copy = script(
                    etcd,
                    "copy.sh",
                    programs + "/pg_basebackup -D $data -d \"$source\" -X stream && echo \"$@\" > $data/copied");
            first.with(
                            "bootstrap:\n",
                            "bootstrap:\n  method: restore\n  restore: {command: " + make + ", target: now}\n")
                    .with("        max_connections: 100\n", "        no_such_parameter: 7\n        work_mem: lots\n")
                    .startAsPrimary();
            assertThat(first.data().resolve("made"))
                    .hasContent("--scope=own --datadir=" + first.data() + " --target=now");
            assertThat(first.log())
                    .contains("Removing unexpected parameter=no_such_parameter value=7", "=work_mem value=lots");

            second.with(
                            "postgresql:\n  listen",
                            "postgresql:\n  create_replica_methods: [own]\n  own: {command: " + copy + "}\n  listen")
                    .start();
            LocalCluster.await("a streaming replica", 40, () -> second.rest().says200("/replica"));
            assertThat(Files.readString(second.data().resolve("copied")))
                    .startsWith("--scope=own --role=replica --datadir=" + second.data() + " --connstring=");
            assertThat(second.data().resolve("made")).exists();
        }
    }

    /** What it has made has no roles yet, so that nobody could log in: it is made again, by whoever is first. */
    @Test
    void aBootstrapWhoseAgentDiesInTheMiddleIsBegunAgain() throws IOException {
        try (SharedEtcd etcd = new SharedEtcd();
                Loner node = new Loner(etcd, "again", "a")) {
            Path folder = Files.createDirectory(etcd.home().resolve("began"));
            LocalCluster.own(folder);
            Path once = script(
                    etcd,
                    "once.sh",
                    "[ -e %1$s/once ] && exec touch %1$s/twice; touch %1$s/once; sleep 15".formatted(folder));
            node.with("bootstrap:\n", "bootstrap:\n  post_bootstrap: " + once + "\n")
                    .start();
            LocalCluster.await("post_bootstrap", 40, () -> Files.exists(folder.resolve("once")));
            long started = node.process().pid();
            ServerProcess.signal("KILL", node.node().agentOf(started).orElse(started));
            if (!node.process().await(2)) {
                assertThat(node.process().isRunning())
                        .as("the guard, which starts the agent again")
                        .isTrue();
            } else {
                node.start();
            }
            LocalCluster.await("a primary", 60, () -> node.rest().says200("/primary"));
            assertThat(folder.resolve("twice")).exists();
            assertThat(node.node().query("SELECT count(*) FROM pg_roles WHERE rolname = 'replicator'"))
                    .isEqualTo("1");
            assertThat(node.data().resolveSibling(node.data().getFileName() + ".failed/global/pg_control"))
                    .exists();
        }
    }

    private static Path script(SharedEtcd etcd, String name, String line) throws IOException {
        Path script = etcd.home().resolve(name);
        LocalCluster.write(script, READ_ARGUMENTS + line + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script;
    }
}
