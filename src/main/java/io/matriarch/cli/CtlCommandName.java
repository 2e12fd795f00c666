package io.matriarch.cli;

import java.util.Arrays;
import java.util.Optional;

/** The commands of patronictl, in the order of their names. */
enum CtlCommandName {
    DEMOTE_CLUSTER("demote-cluster", "Demote cluster to a standby cluster"),
    DSN("dsn", "Generate a dsn for the provided member, defaults to a dsn of the leader"),
    EDIT_CONFIG("edit-config", "Edit cluster configuration"),
    FAILOVER("failover", "Failover to a replica"),
    FLUSH("flush", "Discard scheduled events"),
    HISTORY("history", "Show the history of failovers/switchovers"),
    LIST("list", "List the Patroni members for a given Patroni"),
    PAUSE("pause", "Disable auto failover"),
    PROMOTE_CLUSTER("promote-cluster", "Promote cluster, make it run standalone"),
    QUERY("query", "Query a Patroni PostgreSQL member"),
    REINIT("reinit", "Reinitialize cluster member"),
    RELOAD("reload", "Reload cluster member configuration"),
    REMOVE("remove", "Remove cluster from DCS"),
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
            case DEMOTE_CLUSTER -> new DemoteClusterCommand();
            case DSN -> new DsnCommand();
            case EDIT_CONFIG -> new EditConfigCommand();
            case FAILOVER -> new FailoverCommand();
            case FLUSH -> new FlushCommand();
            case HISTORY -> new HistoryCommand();
            case LIST -> new ListCommand();
            case PAUSE -> new PauseCommand();
            case PROMOTE_CLUSTER -> new PromoteClusterCommand();
            case QUERY -> new QueryCommand();
            case REINIT -> new ReinitCommand();
            case RELOAD -> new ReloadCommand();
            case REMOVE -> new RemoveCommand();
            case RESTART -> new RestartCommand();
            case RESUME -> new ResumeCommand();
            case SHOW_CONFIG -> new ShowConfigCommand();
            case SWITCHOVER -> new SwitchoverCommand();
            case TOPOLOGY -> new TopologyCommand();
            case VERSION -> new VersionCommand();
        };
    }
}
