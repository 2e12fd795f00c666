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
    ETCD_DOWN,
    CALLS_GET_LOST,
    // what a person does
    SWITCHOVER_ASKED,
    FAILOVER_ASKED,
    RESTART_ASKED,
    REINITIALIZE_ASKED,
    PAUSED,
    AGENT_STOPPED,
    SYNCHRONOUS_MODE_CHANGED,
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
    HELD_STILL_IN_PAUSE,
    SYNCHRONOUS_STEP,
    SYNCHRONOUS_PROMOTION,
    LEFT_SYNCHRONOUS_DUTY,
    LOGICAL_SLOTS_COPIED,
    LOGICAL_SLOT_ADVANCED,
    PHYSICAL_SLOT_ADVANCED,
    XMIN_RELEASED,
    WATCHDOG_RESET;

    static final Happening[] DISTURBANCES = {
        POSTMASTER_KILLED,
        MACHINE_LOST,
        DISK_LOST,
        AGENT_KILLED,
        AGENT_FROZEN,
        CUT_OFF_FROM_ETCD,
        CUT_OFF_FROM_PEERS,
        ETCD_DOWN,
        CALLS_GET_LOST,
        SWITCHOVER_ASKED,
        FAILOVER_ASKED,
        RESTART_ASKED,
        REINITIALIZE_ASKED,
        PAUSED,
        AGENT_STOPPED,
        SYNCHRONOUS_MODE_CHANGED
    };
}
