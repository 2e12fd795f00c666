package io.matriarch.cluster;

import java.util.Arrays;
import java.util.Optional;

/** The state of a PostgreSQL server as members publish it (reference 5.1). */
public enum PostgresState {
    INITDB(0, "initializing new cluster"),
    INITDB_FAILED(1, "initdb failed"),
    CUSTOM_BOOTSTRAP(2, "running custom bootstrap script"),
    CUSTOM_BOOTSTRAP_FAILED(3, "custom bootstrap failed"),
    CREATING_REPLICA(4, "creating replica"),
    RUNNING(5, "running"),
    STARTING(6, "starting"),
    BOOTSTRAP_STARTING(7, "starting after custom bootstrap"),
    START_FAILED(8, "start failed"),
    RESTARTING(9, "restarting"),
    RESTART_FAILED(10, "restart failed"),
    STOPPING(11, "stopping"),
    STOPPED(12, "stopped"),
    STOP_FAILED(13, "stop failed"),
    CRASHED(14, "crashed");

    private final int number;
    private final String text;

    PostgresState(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** The value of the metric patroni_postgres_state. */
    public int number() {
        return number;
    }

    /** The text in the DCS and in REST. */
    public String text() {
        return text;
    }

    /** As members and REST tell it: who ended a server in maintenance mode did so on purpose, and Patroni calls it stopped. */
    public PostgresState told(boolean paused) {
        return paused && this == CRASHED ? STOPPED : this;
    }

    public static Optional<PostgresState> of(String text) {
        return Arrays.stream(values()).filter(state -> state.text.equals(text)).findFirst();
    }
}
