package io.matriarch.sim;

/** What is done to a simulated cluster, and what it does that must occur in some life or the simulator proves too little. */
enum Happening {
    // faults
    POSTMASTER_KILLED,
    MACHINE_LOST,
    DISK_LOST,
    AGENT_KILLED,
    AGENT_FROZEN,
    CUT_OFF_FROM_ETCD,
    CUT_OFF_FROM_PEERS,
    LINK_CUT,
    ETCD_DOWN,
    CALLS_GET_LOST,
    // what a person does
    SWITCHOVER_ASKED,
    FAILOVER_ASKED,
    RESTART_ASKED,
    REINITIALIZE_ASKED,
    PAUSED,
    AGENT_STOPPED,
    // what comes of it
    REQUEST_LOST,
    ANSWER_LOST,
    SLOW_STOP,
    SLOW_CHECKPOINT,
    PROMOTION,
    DEMOTION_WITHOUT_DCS,
    HANDED_OVER,
    RESTARTED,
    REWOUND,
    CLONED,
    REINITIALIZED,
    STOPPED_AT_ONCE,
    WENT_ON_WITH_ALL,
    WENT_ON_WITH_A_MAJORITY,
    PLEDGED,
    HELD_STILL_IN_PAUSE;

    static final Happening[] DISTURBANCES = {
        POSTMASTER_KILLED,
        MACHINE_LOST,
        DISK_LOST,
        AGENT_KILLED,
        AGENT_FROZEN,
        CUT_OFF_FROM_ETCD,
        CUT_OFF_FROM_PEERS,
        LINK_CUT,
        ETCD_DOWN,
        CALLS_GET_LOST,
        SWITCHOVER_ASKED,
        FAILOVER_ASKED,
        RESTART_ASKED,
        REINITIALIZE_ASKED,
        PAUSED,
        AGENT_STOPPED
    };
}
