package io.matriarch.explain;

/** What has to happen before another value counts. */
enum Effect {
    AGENT_RELOAD("reload of this node: patronictl reload, POST /reload or SIGHUP"),
    AGENT_RESTART("restart of the agent on this node; in pause PostgreSQL runs on meanwhile"),
    POSTGRES_RELOAD("PostgreSQL reloads: after patronictl reload for a local value, within loop_wait after"
            + " patronictl edit-config"),
    NEXT_CONNECTION("PostgreSQL reloads as for others, and connections made afterwards have it"),
    POSTGRES_RESTART("restart of PostgreSQL (patronictl restart); until then the member shows a pending restart"),
    STANDBYS_FIRST("restart of PostgreSQL on all members: to raise it the standbys first and the primary last, to"
            + " lower it the primary first and the standbys last, for a standby must not have less than its primary"),
    DYNAMIC("patronictl edit-config; every member takes it over within loop_wait, nothing restarts"),
    NEXT_USE("counts the next time that it's used, after patronictl reload for a local value"),
    NEXT_CALL("counts at the next call of patronictl; the agent asks its peers by it after a restart of the agent"),
    NEXT_WAL("counts at once, for the next call of matriarch wal"),
    BOOTSTRAP("none any more once the cluster exists: it's read only when the cluster is bootstrapped"),
    FIXED("none: it's fixed when PostgreSQL is built or the data directory is made"),
    MANAGED("none: Matriarch sets it itself"),
    UNUSED("none: Matriarch has no use for it"),
    UNKNOWN("not known");

    private final String text;

    Effect(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
