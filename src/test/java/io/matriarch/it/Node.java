package io.matriarch.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One node: its agent (with guard), its PostgreSQL, its files. */
final class Node {
    private static final String OPTIONS =
            "?user=postgres&password=" + URLEncoder.encode(Templates.PASSWORD, StandardCharsets.UTF_8)
                    + "&connectTimeout=2&loginTimeout=3&socketTimeout=4&tcpKeepAlive=true&sslmode=disable";

    private final String name;
    private final Path home;
    private AgentProgram.Program program;
    private final Place place;
    private final int databasePort;
    private final Rest rest;
    private Optional<ServerProcess> agent = Optional.empty();

    Node(String name, Path home, AgentProgram.Program program, int databasePort, int restPort) {
        this(name, home, program, Place.HERE, databasePort, restPort);
    }

    Node(String name, Path home, AgentProgram.Program program, Place place, int databasePort, int restPort) {
        this.name = name;
        this.home = home;
        this.program = program;
        this.place = place;
        this.databasePort = databasePort;
        this.rest = new Rest(place.address(), restPort);
    }

    /** Where a node runs: at an address, started by a command line that the daemon's is appended to. */
    record Place(String address, List<String> launcher) {
        static final Place HERE = new Place("127.0.0.1", List.of());
    }

    String name() {
        return name;
    }

    int databasePort() {
        return databasePort;
    }

    Rest rest() {
        return rest;
    }

    Path configuration() {
        return home.resolve(name + ".yml");
    }

    Path data() {
        return home.resolve(name).resolve("data");
    }

    Path log() {
        return home.resolve(name + ".log");
    }

    void startIfDown() {
        if (!isRunning()) {
            agent = Optional.of(ServerProcess.start(home, log(), place.launcher(), program.daemon(configuration())));
        }
    }

    /** Another program takes the node over the next time that it is started. */
    void runAs(AgentProgram.Program other) {
        program = other;
    }

    AgentProgram.Program program() {
        return program;
    }

    boolean isRunning() {
        return agent.filter(ServerProcess::isRunning).isPresent();
    }

    ServerProcess process() {
        return agent.orElseThrow(() -> new IllegalStateException(name + " was never started"));
    }

    /** As {@code systemctl stop} does; what becomes of PostgreSQL is the agent's affair. */
    void terminate() {
        agent.ifPresent(running -> running.stop(60));
    }

    void stop() {
        terminate();
        postmaster().ifPresent(pid -> ServerProcess.signal("QUIT", pid));
    }

    /** All processes of the agent that aren't PostgreSQL's: the guard, where there is one, and the agent. */
    List<Long> agentProcesses() {
        List<Long> pids = new ArrayList<>();
        if (isRunning()) {
            pids.add(process().pid());
            agentProcess().filter(pid -> !pids.contains(pid)).ifPresent(pids::add);
        }
        return pids;
    }

    /** The guard's child that isn't PostgreSQL; without a guard the process that was started. */
    Optional<Long> agentProcess() {
        if (!isRunning()) {
            return Optional.empty();
        }
        return agentOf(process().pid())
                .or(() -> guarded() ? Optional.empty() : Optional.of(process().pid()));
    }

    /** Matriarch's executable starts a guard; between two agents there is none. */
    private boolean guarded() {
        return program.daemon().getFirst().endsWith("/matriarch");
    }

    Optional<Long> agentOf(long guard) {
        return ProcessHandle.of(guard).stream()
                .flatMap(ProcessHandle::children)
                .map(ProcessHandle::pid)
                .filter(child -> isAgent(child, guard))
                .findFirst();
    }

    /** A child of the same program in its part as agent: not PostgreSQL, none of its tools, and not its keeper, who may be the guard's child too. */
    private static boolean isAgent(long pid, long guard) {
        return executable(pid).isPresent()
                && executable(pid).equals(executable(guard))
                && argument(pid, 1).equals("agent");
    }

    private static String argument(long pid, int index) {
        try {
            String[] words = Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .split("\0", -1);
            return index < words.length ? words[index] : "";
        } catch (IOException _) {
            return "";
        }
    }

    /** The postmaster's parent, if that is Matriarch's and not the guard. */
    Optional<Long> keeper() {
        return ProcessHandle.of(postmaster().orElse(Long.MAX_VALUE)).stream()
                .flatMap(running -> running.parent().stream())
                .map(ProcessHandle::pid)
                .filter(pid -> argument(pid, 1).equals("keep"))
                .findFirst();
    }

    private static Optional<Path> executable(long pid) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    OptionalLong postmaster() {
        try {
            long pid = Long.parseLong(Files.readAllLines(data().resolve("postmaster.pid"))
                    .getFirst()
                    .strip());
            boolean ours =
                    Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")).equals(data().toRealPath());
            return ours ? OptionalLong.of(pid) : OptionalLong.empty();
        } catch (IOException | RuntimeException _) {
            return OptionalLong.empty();
        }
    }

    void killPostgres() {
        ServerProcess.signal("KILL", postmaster().orElseThrow());
    }

    /** The agent first, so that nobody sees PostgreSQL fall. */
    void killAgentAndPostgres() {
        long postmaster = postmaster().orElseThrow();
        ServerProcess.signal("KILL", agentProcess().orElseThrow(), postmaster);
    }

    void killAll() {
        long postmaster = postmaster().orElseThrow();
        long[] pids = agentProcesses().stream().mapToLong(Long::longValue).toArray();
        ServerProcess.signal("KILL", pids);
        ServerProcess.signal("KILL", postmaster);
        process().await(10);
    }

    /** For tests that end early: PostgreSQL would outlive its agent. */
    void killRemains() {
        postmaster().ifPresent(pid -> ServerProcess.signal("KILL", pid));
    }

    String url() {
        return url(place.address(), databasePort);
    }

    static String url(int port) {
        return url(Place.HERE.address(), port);
    }

    private static String url(String host, int port) {
        return "jdbc:postgresql://" + host + ":" + port + "/postgres" + OPTIONS;
    }

    boolean isPromoted() {
        return query("select pg_is_in_recovery()").equals("f");
    }

    /** The first value that a query gives, directly at this node. */
    String query(String sql) {
        return queryAt(url(), sql);
    }

    static String query(int port, String sql) {
        return queryAt(url(port), sql);
    }

    static String queryAt(String url, String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            try (ResultSet result = statement.getResultSet()) {
                return result.next() ? String.valueOf(result.getString(1)) : "";
            }
        } catch (SQLException e) {
            throw new IllegalStateException("at " + withoutPassword(url) + ": " + sql + ": " + e.getMessage(), e);
        }
    }

    private static String withoutPassword(String url) {
        return url.substring(0, url.indexOf('?'));
    }

    /** Whichever of the nodes is primary, without a proxy. */
    static String primaryUrl(List<Node> nodes) {
        String hosts = nodes.stream()
                .map(node -> "127.0.0.1:" + node.databasePort())
                .collect(java.util.stream.Collectors.joining(","));
        return "jdbc:postgresql://" + hosts + "/postgres" + OPTIONS + "&targetServerType=primary&hostRecheckSeconds=0";
    }

    String logText() {
        try {
            return Files.readString(log(), java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
