package io.matriarch.cluster;

import java.util.Arrays;
import java.util.Optional;

/** The state of a PostgreSQL server as members publish it; the ordinal is the value of the metric (reference 5.1). */
public enum PostgresState {
    INITDB("initializing new cluster"),
    INITDB_FAILED("initdb failed"),
    CUSTOM_BOOTSTRAP("running custom bootstrap script"),
    CUSTOM_BOOTSTRAP_FAILED("custom bootstrap failed"),
    CREATING_REPLICA("creating replica"),
    RUNNING("running"),
    STARTING("starting"),
    BOOTSTRAP_STARTING("starting after custom bootstrap"),
    START_FAILED("start failed"),
    RESTARTING("restarting"),
    RESTART_FAILED("restart failed"),
    STOPPING("stopping"),
    STOPPED("stopped"),
    STOP_FAILED("stop failed"),
    CRASHED("crashed");

    private final String text;

    PostgresState(String text) {
        this.text = text;
    }

    /** The text in the DCS and in REST. */
    public String text() {
        return text;
    }

    public static Optional<PostgresState> of(String text) {
        return Arrays.stream(values()).filter(state -> state.text.equals(text)).findFirst();
    }
}
