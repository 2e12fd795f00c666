package io.matriarch.it;

/** What the benchmark measures; the aims are the project's own, and no figure may be worse than Patroni's. */
enum Figure implements Measure {
    SWITCHOVER("switchover, direct", "s without writes", ""),
    SWITCHOVER_PROXY("switchover, through HAProxy", "s without writes", ""),
    POSTGRES_KILLED("PostgreSQL killed, direct", "s without writes", ""),
    POSTGRES_KILLED_PROXY("PostgreSQL killed, through HAProxy", "s without writes", ""),
    AGENT_AND_POSTGRES_KILLED("agent and PostgreSQL killed, direct", "s without writes", ""),
    AGENT_AND_POSTGRES_KILLED_PROXY("agent and PostgreSQL killed, through HAProxy", "s without writes", ""),
    NODE_KILLED("all of the node's processes killed, direct", "s without writes", ""),
    NODE_KILLED_PROXY("all of the node's processes killed, through HAProxy", "s without writes", ""),
    FIRST_ANSWER("start to the first REST answer", "s", "0.1"),
    REPLICA_READY("start of a replica to 200 on /replica", "s", ""),
    RESIDENT("agent, idle: resident", "MB", "50"),
    PROPORTIONAL("agent, idle: proportional", "MB", ""),
    PRIVATE("agent, idle: private", "MB", "15"),
    GUARD_RESIDENT("guard, idle: resident", "MB", ""),
    GUARD_PRIVATE("guard, idle: private", "MB", ""),
    CPU("agent and guard of the primary, idle: CPU", "% of a core", ""),
    LIST("patronictl list", "s", "0.05"),
    LIST_MEMORY("patronictl list: most memory", "MB", ""),
    REQUESTS("GET /primary, 10 connections", "per second", ""),
    ETCD("etcd requests, three idle nodes", "per minute", ""),
    SIZE("size of the executable", "MB", "");

    private final String title;
    private final String unit;
    private final String aim;

    Figure(String title, String unit, String aim) {
        this.title = title;
        this.unit = unit;
        this.aim = aim;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public String unit() {
        return unit;
    }

    @Override
    public String aim() {
        return aim;
    }
}
