package io.matriarch.cli;

import java.util.Arrays;
import java.util.Optional;

/** The commands of patronictl, in the order of their names. */
enum CtlCommandName {
    EDIT_CONFIG("edit-config", "Edit cluster configuration"),
    FAILOVER("failover", "Failover to a replica"),
    HISTORY("history", "Show the history of failovers/switchovers"),
    LIST("list", "List the Patroni members for a given Patroni"),
    PAUSE("pause", "Disable auto failover"),
    RELOAD("reload", "Reload cluster member configuration"),
    RESTART("restart", "Restart cluster member"),
    RESUME("resume", "Resume auto failover"),
    SHOW_CONFIG("show-config", "Show cluster configuration"),
    SWITCHOVER("switchover", "Switchover to a replica"),
    TOPOLOGY("topology", "Prints ASCII topology for given cluster"),
    VERSION("version", "Output version of patronictl command or a running Patroni instance");

    private final String text;
    private final String summary;

    CtlCommandName(String text, String summary) {
        this.text = text;
        this.summary = summary;
    }

    static Optional<CtlCommandName> of(String text) {
        return Arrays.stream(values()).filter(name -> name.text.equals(text)).findFirst();
    }

    String text() {
        return text;
    }

    /** One line for the list of commands. */
    String summary() {
        return summary;
    }

    CtlCommand make() {
        return switch (this) {
            case EDIT_CONFIG -> new EditConfigCommand();
            case FAILOVER -> new FailoverCommand();
            case HISTORY -> new HistoryCommand();
            case LIST -> new ListCommand();
            case PAUSE -> new PauseCommand();
            case RELOAD -> new ReloadCommand();
            case RESTART -> new RestartCommand();
            case RESUME -> new ResumeCommand();
            case SHOW_CONFIG -> new ShowConfigCommand();
            case SWITCHOVER -> new SwitchoverCommand();
            case TOPOLOGY -> new TopologyCommand();
            case VERSION -> new VersionCommand();
        };
    }
}
