package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.it.AgentProgram.Program;
import io.matriarch.it.ServerProcess.Ended;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Matriarch's and PostgreSQL's commands for servers that have no agent.
 *
 * @param configuration that {@code -c} names
 * @param options for each of Matriarch's commands
 */
record ServerTools(Path home, Program program, Path configuration, List<String> options) {
    private static final int PATIENCE = 120;

    /** Runs one of PostgreSQL's programs. */
    Ended postgres(String name, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(Templates.POSTGRES_BIN.resolve(name).toString()));
        command.addAll(Arrays.asList(arguments));
        return ServerProcess.run(home, PATIENCE, command);
    }

    /** The same, and it succeeds; returns what it printed. */
    String mustPostgres(String name, String... arguments) {
        Ended ended = postgres(name, arguments);
        assertThat(ended.code()).as("%s: %s", name, ended.output()).isZero();
        return ended.output();
    }

    /** psql with a statement for a server, by its socket in the home. */
    List<String> psql(int port, String database, String statement) {
        return List.of(
                Templates.POSTGRES_BIN.resolve("psql").toString(),
                "-h",
                home.toString(),
                "-p",
                Integer.toString(port),
                "-U",
                "postgres",
                "-v",
                "ON_ERROR_STOP=1",
                "-XAtqc",
                statement,
                database);
    }

    /** What it prints. */
    String sql(int port, String database, String statement) {
        Ended ended = ServerProcess.run(home, PATIENCE, psql(port, database, statement));
        assertThat(ended.code()).as("%s: %s", statement, ended.output()).isZero();
        return ended.output().strip();
    }

    /** Runs one of Matriarch's commands. */
    Ended run(String... arguments) {
        List<String> command = new ArrayList<>(program.tool(arguments));
        command.addAll(List.of("-c", configuration.toString()));
        command.addAll(options);
        return ServerProcess.run(home, PATIENCE, command);
    }

    /** The same, and it succeeds; returns what it printed. */
    String must(String... arguments) {
        return ends(0, arguments);
    }

    /** The same, and it fails; returns what it printed. */
    String fails(String... arguments) {
        return ends(1, arguments);
    }

    private String ends(int code, String... arguments) {
        Ended ended = run(arguments);
        assertThat(ended.code())
                .as("%s: %s", List.of(arguments), ended.output())
                .isEqualTo(code);
        assertThat(ended.output()).as("the tests' passwords have this word").doesNotContain("secret");
        return ended.output();
    }

    /** For archive_command and restore_command. */
    String wal(String verb, String... arguments) {
        List<String> words = new ArrayList<>(program.tool("wal", verb, "--config", configuration.toString()));
        words.addAll(List.of(arguments));
        return String.join(" ", words);
    }
}
