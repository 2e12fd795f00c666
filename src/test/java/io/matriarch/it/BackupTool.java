package io.matriarch.it;

import io.matriarch.it.AgentProgram.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The programs that {@code it/bench backup} compares, each with a repository in a directory, two jobs, and the usual level of zstd. */
enum BackupTool {
    MATRIARCH {
        @Override
        void prepare(BenchmarkServer server, Path place, String compression) throws IOException {
            LocalCluster.write(place.resolve("node.yml"), """
                    scope: bench
                    name: one
                    restapi: {listen: '127.0.0.1:8008', connect_address: '127.0.0.1:8008'}
                    etcd3: {host: '127.0.0.1:2379'}
                    postgresql:
                      listen: 127.0.0.1:%d
                      connect_address: 127.0.0.1:%d
                      data_dir: %s
                      bin_dir: %s
                      authentication:
                        superuser: {username: postgres}
                        replication: {username: postgres}
                    backup:
                      spool: %s
                      workers: 2
                      repositories:
                        local: {type: directory, path: %s, compression: %s}
                    """.formatted(
                            server.port(),
                            server.port(),
                            server.data(),
                            Templates.POSTGRES_BIN,
                            folder(place, "spool"),
                            folder(place, REPOSITORY),
                            compression));
            LocalCluster.write(
                    place.resolve("no-spool.yml"),
                    Files.readString(place.resolve("node.yml")).replaceAll("  spool: .*\n", ""));
        }

        @Override
        List<String> backup(Program program, Path place) {
            return program.tool(
                    "backup", "create", "-c", place.resolve("node.yml").toString(), "--jobs", "2");
        }

        @Override
        List<String> restore(Program program, Path place, Path target) {
            String configuration = place.resolve("node.yml").toString();
            return program.tool("restore", "-c", configuration, "--jobs", "2", target.toString());
        }

        @Override
        List<String> push(Program program, Path place, boolean ahead, String segment) {
            String configuration =
                    place.resolve(ahead ? "node.yml" : "no-spool.yml").toString();
            return program.tool("wal", "push", "--config", configuration, segment);
        }
    },
    PGBACKREST {
        @Override
        void prepare(BenchmarkServer server, Path place, String compression) throws IOException {
            LocalCluster.write(place.resolve("pgbackrest.conf"), """
                    [global]
                    repo1-path=%s
                    log-path=%s
                    lock-path=%s
                    spool-path=%s
                    log-level-file=off
                    start-fast=y
                    process-max=2
                    compress-type=%s

                    [bench]
                    pg1-path=%s
                    pg1-port=%d
                    pg1-socket-path=%s
                    pg1-user=postgres
                    """.formatted(
                            folder(place, REPOSITORY),
                            folder(place, "log"),
                            folder(place, "lock"),
                            folder(place, "spool"),
                            compression.equals("zstd") ? "zst" : compression,
                            server.data(),
                            server.port(),
                            server.socket()));
            server.must(words(place, "stanza-create"));
        }

        @Override
        List<String> backup(Program program, Path place) {
            return words(place, "--type=full", "backup");
        }

        @Override
        List<String> restore(Program program, Path place, Path target) {
            return words(place, "--pg1-path=" + target, "restore");
        }

        @Override
        List<String> push(Program program, Path place, boolean ahead, String segment) {
            return words(place, ahead ? "--archive-async" : "--no-archive-async", "archive-push", segment);
        }

        private List<String> words(Path place, String... more) {
            List<String> words = new ArrayList<>(
                    List.of("pgbackrest", "--config=" + place.resolve("pgbackrest.conf"), "--stanza=bench"));
            words.addAll(List.of(more));
            return words;
        }
    };

    static final String REPOSITORY = "repository";

    /**
     * Makes the repository and what else is needed.
     *
     * @param compression zstd or none
     */
    abstract void prepare(BenchmarkServer server, Path place, String compression) throws IOException;

    abstract List<String> backup(Program program, Path place);

    abstract List<String> restore(Program program, Path place, Path target);

    /** @param ahead whether what waits behind the segment is archived, too */
    abstract List<String> push(Program program, Path place, boolean ahead, String segment);

    private static Path folder(Path place, String name) throws IOException {
        Path folder = place.resolve(name);
        Files.createDirectory(folder);
        LocalCluster.own(folder);
        return folder;
    }
}
